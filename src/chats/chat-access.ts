import { Injectable } from '@nestjs/common';

import { type AppError, ForbiddenError, NotFoundError } from '../common/errors/app-error.js';
import { ChatMembersRepository, type Membership } from './chat-members.repository.js';
import { ChatLog } from './log/chat-log.service.js';
import type { ChatState } from './log/chat-state.js';
import { isGone } from './membership.js';

/** Thrown inside a draft, where nothing can be looked up: `ChatAccess.refusal` finds the words for it. */
export class NotAMemberError extends Error {}

/**
 * Who may do what in a chat: the one place. A chat that one is no part of looks exactly like one that
 * does not exist; who was in it may read what was theirs, and is `FORBIDDEN` to write.
 */
@Injectable()
export class ChatAccess {
  constructor(
    private readonly members: ChatMembersRepository,
    private readonly log: ChatLog,
  ) {}

  /** For reading: a member, or somebody who left and kept the past. Asks the database, not a cache. */
  async assertReader(userId: string, chatId: string): Promise<Membership> {
    const membership = await this.members.find(chatId, userId);
    if (!membership || isGone(membership)) throw new NotFoundError('Chat');
    return membership;
  }

  /** For signals and receipts: from the cached state, without a query for who is known to be in. */
  async assertMember(userId: string, chatId: string): Promise<ChatState> {
    const state = await this.log.state(chatId);
    if (state.has(userId)) return state;
    // The state cached here may be older than somebody whom another node has just added.
    const membership = await this.members.find(chatId, userId);
    if (membership?.isActive) return state;
    throw refusalOf(membership);
  }

  /** As `assertMember` says yes to, where nothing has to be read for it. */
  knownMember(userId: string, chatId: string): ChatState | null {
    const state = this.log.known(chatId);
    return state?.has(userId) ? state : null;
  }

  /** For what admins alone see and do beside the log. Asks the database: a role taken away counts at once. */
  async assertAdmin(userId: string, chatId: string, message: string): Promise<void> {
    const membership = await this.members.find(chatId, userId);
    if (!membership?.isActive) throw refusalOf(membership);
    if (membership.role === 'member') throw new ForbiddenError(message);
  }

  /** Asks rules of the very state that a change would stand on now; the change itself asks them again. */
  async assertOn(userId: string, chatId: string, assert: (state: ChatState) => void): Promise<void> {
    const draft = (state: ChatState) => {
      assert(state);
      return null;
    };
    await this.guarded(userId, chatId, this.log.append({ chatId, draft }));
  }

  /** What to answer somebody who is no member. */
  async refusal(userId: string, chatId: string): Promise<AppError> {
    return refusalOf(await this.members.find(chatId, userId));
  }

  /** Runs a write whose draft may find that the caller is no member. */
  guarded<T>(userId: string, chatId: string, write: Promise<T>): Promise<T> {
    return write.catch(async (error: unknown) => {
      throw error instanceof NotAMemberError ? await this.refusal(userId, chatId) : error;
    });
  }
}

function refusalOf(membership: Membership | null): AppError {
  return !membership || isGone(membership)
    ? new NotFoundError('Chat')
    : new ForbiddenError('You are no longer a member of this chat: you can only read its past');
}
