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

/** Making and revoking invites, for admins alone. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly access: ChatAccess,
    private readonly invites: InvitesRepository,
    private readonly clock: Clock,
  ) {}

  async create(
    userId: string,
    chatId: string,
    { expiresInSeconds, maxUses }: CreateInviteDto,
  ): Promise<Invite> {
    await this.access.assertAdmin(userId, chatId, 'Only admins invite people');
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
    });
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
