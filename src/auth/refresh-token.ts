import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const FORMAT = /^([0-9a-f]{24})\.([A-Za-z0-9_-]{43})\.[A-Za-z0-9_-]{43}$/;

/**
 * A refresh token is `<sessionId>.<family>.<secret>`: the secret is new with each refresh, the family
 * stays. Old tokens are known by their family, so one that is used again ends the session; the
 * session's id alone, which a stranger might guess, proves nothing and ends nothing.
 */
export interface RefreshToken {
  readonly sessionId: string;
  readonly family: string;
  readonly text: string;
}

export function newRefreshToken(sessionId: string, family = secret()): RefreshToken {
  return { sessionId, family, text: `${sessionId}.${family}.${secret()}` };
}

export function parseRefreshToken(text: string): RefreshToken | null {
  const [, sessionId, family] = FORMAT.exec(text) ?? [];
  return sessionId !== undefined && family !== undefined ? { sessionId, family, text } : null;
}

/** What is stored instead of a token. 256 random bits need neither salt nor a slow hash. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

export function isHashOf(text: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(text)), Buffer.from(hash));
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}
