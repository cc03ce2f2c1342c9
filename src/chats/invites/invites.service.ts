import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { ConflictError } from '../../common/errors/app-error.js';
import { ChatAccess } from '../chat-access.js';
import type { CreateInviteDto } from '../dto/invite.dto.js';
import { type Invite, InvitesRepository } from './invites.repository.js';

/** Invites of one group that may work at the same time. */
export const MAX_INVITES = 20;
/** 192 bits: 32 characters. */
const TOKEN_BYTES = 24;
/** Ended invites are known for so long: they answer that they have ended. */
const REMEMBERED_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

/** Making and revoking invites, for admins alone. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly access: ChatAccess,
    private readonly invites: InvitesRepository,
    private readonly clock: Clock,
  ) {}

  /** `isNew` is false for a retry with the same key, which gets the first invite as it is by now. */
  async create(
    userId: string,
    chatId: string,
    dto: CreateInviteDto,
    key?: string,
  ): Promise<{ invite: Invite; isNew: boolean }> {
    await this.access.assertAdmin(userId, chatId, 'Only admins invite people');
    const creationKey = key && `${userId}:${key}`;
    const first = creationKey && (await this.findFirst(creationKey, chatId, dto));
    if (first) return { invite: first, isNew: false };
    const invite = await this.make(userId, chatId, dto, creationKey);
    if (invite) return { invite, isNew: true };
    // A retry was faster than this first try.
    const winner = creationKey && (await this.findFirst(creationKey, chatId, dto));
    if (!winner) throw new ConflictError('This Idempotency-Key is in use: try again');
    return { invite: winner, isNew: false };
  }

  private async make(
    userId: string,
    chatId: string,
    { expiresInSeconds, maxUses }: CreateInviteDto,
    creationKey: string | undefined,
  ): Promise<Invite | null> {
    const createdAt = this.clock.now();
    await this.invites.purge(chatId, new Date(createdAt.getTime() - REMEMBERED_MS));
    if ((await this.invites.findLive(chatId, createdAt, MAX_INVITES)).length === MAX_INVITES) {
      throw new ConflictError(`A group has at most ${MAX_INVITES} invites: revoke them first`);
    }
    return this.invites.insert({
      chatId,
      token: randomBytes(TOKEN_BYTES).toString('base64url'),
      createdBy: userId,
      createdAt,
      expiresAt:
        expiresInSeconds === undefined ? null : new Date(createdAt.getTime() + expiresInSeconds * 1000),
      maxUses: maxUses ?? null,
      creationKey,
    });
  }

  private async findFirst(
    creationKey: string,
    chatId: string,
    { expiresInSeconds, maxUses }: CreateInviteDto,
  ): Promise<Invite | null> {
    await this.invites.releaseCreationKey(creationKey, new Date(this.clock.nowMs() - DAY_MS));
    const first = await this.invites.findByCreationKey(creationKey);
    if (!first) return null;
    const lifeMs = first.expiresAt && first.expiresAt.getTime() - first.createdAt.getTime();
    const asked = expiresInSeconds === undefined ? null : expiresInSeconds * 1000;
    const isSame = first.chatId === chatId && first.maxUses === (maxUses ?? null) && lifeMs === asked;
    if (!isSame) throw new ConflictError('This Idempotency-Key was used for another invite: make a new key');
    return first;
  }

  /** Those that work. */
  async list(userId: string, chatId: string): Promise<Invite[]> {
    await this.access.assertAdmin(userId, chatId, 'Only admins see invites');
    return this.invites.findLive(chatId, this.clock.now(), MAX_INVITES);
  }

  /** All of them; who has come by one stays. */
  async revoke(userId: string, chatId: string): Promise<void> {
    await this.access.assertAdmin(userId, chatId, 'Only admins revoke invites');
    await this.invites.revokeAll(chatId, this.clock.now());
  }
}
