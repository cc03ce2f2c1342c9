import { ForbiddenError } from './errors/app-error.js';

interface Claims {
  userId?: string;
  from?: string;
  senderId?: string;
}

/** A payload without the fields in which a client says who sends it. */
export function withoutClaims<T extends Claims>(payload: T): Omit<T, keyof Claims> {
  const { userId: _, from: __, senderId: ___, ...rest } = payload;
  return rest;
}

/** Identity is the token's. A field that claims another is an attempt to be somebody else. */
export function assertOwnIdentity(userId: string, { userId: claimed, from, senderId }: Claims): void {
  if (isOwn(userId, claimed) && isOwn(userId, from) && isOwn(userId, senderId)) return;
  throw new ForbiddenError("You can't act as another user: leave the field out");
}

const isOwn = (userId: string, claim: string | undefined) => claim === undefined || claim === userId;
