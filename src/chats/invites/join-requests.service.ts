import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { NotFoundError } from '../../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../../common/pagination/cursor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { ChatAccess } from '../chat-access.js';
import { ChatMembersRepository } from '../chat-members.repository.js';
import { assertAdmin, isAdmin } from '../group-rules.js';
import { ChatLog } from '../log/chat-log.service.js';
import type { ChatState } from '../log/chat-state.js';
import { Newcomers } from '../newcomers.js';
import type { JoinRequestView } from './invite.view.js';
import { InvitesRepository } from './invites.repository.js';
import { JoinRequestsRepository } from './join-requests.repository.js';

const ADMINS_ONLY = 'Only admins decide who joins';

/** People who came by an invite and wait for an admin. */
@Injectable()
export class JoinRequests implements OnModuleInit {
  constructor(
    private readonly access: ChatAccess,
    private readonly members: ChatMembersRepository,
    private readonly chatLog: ChatLog,
    private readonly newcomers: Newcomers,
    private readonly requests: JoinRequestsRepository,
    private readonly invites: InvitesRepository,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Who got in, by whatever way, waits no more. */
  onModuleInit(): void {
    this.events.on('member.added', async ({ chatId, members }) => {
      const ids = members.map(({ userId }) => userId);
      for (const userId of await this.requests.findAmong(chatId, ids)) await this.close(chatId, userId, true);
    });
  }

  isWaiting(chatId: string, userId: string): Promise<boolean> {
    return this.requests.has(chatId, userId);
  }

  /** Told to the admins once, however often it is asked; `false` where they wait already. */
  async add(chatId: string, userId: string, inviteId: string): Promise<boolean> {
    const now = this.clock.now();
    if (!(await this.requests.add(chatId, userId, inviteId, now))) return false;
    const recipientIds = await this.adminsOf(chatId);
    this.events.publish('join.requested', { chatId, userId, at: now.toISOString(), recipientIds });
    return true;
  }

  async list(
    userId: string,
    chatId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<JoinRequestView>> {
    await this.access.assertAdmin(userId, chatId, ADMINS_ONLY);
    const after = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
    const found = await this.requests.findPage(chatId, after, limit + 1);
    const items = found.slice(0, limit).map(({ userId: id, createdAt }) => {
      return { userId: id, createdAt: createdAt.toISOString() };
    });
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? encodeCursor([last.userId]) : null };
  }

  /** Letting in twice, or by two admins, lets in once. */
  async decide(adminId: string, chatId: string, userId: string, accept: boolean): Promise<void> {
    await this.access.assertAdmin(adminId, chatId, ADMINS_ONLY);
    if (!(await this.requests.has(chatId, userId))) {
      const isIn = (await this.members.find(chatId, userId))?.isActive === true;
      if (accept && isIn) return;
      throw new NotFoundError('Join request');
    }
    if (accept) {
      const assert = (state: ChatState) => assertAdmin(state, adminId, ADMINS_ONLY);
      const admission = this.newcomers.admit({ chatId, byId: adminId, userIds: [userId], assert });
      await this.access.guarded(adminId, chatId, admission);
    }
    await this.close(chatId, userId, accept);
  }

  private async close(chatId: string, userId: string, accepted: boolean): Promise<void> {
    const ended = await this.requests.remove(chatId, userId);
    if (!ended) return;
    if (!accepted && ended.inviteId !== null) await this.invites.release(ended.inviteId, userId);
    const recipientIds = await this.adminsOf(chatId);
    this.events.publish('join.decided', { chatId, userId, accepted, recipientIds });
  }

  private async adminsOf(chatId: string): Promise<string[]> {
    const state = await this.chatLog.state(chatId);
    return state.audience.filter((id) => isAdmin(state, id));
  }
}
