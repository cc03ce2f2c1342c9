import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { AppError, ForbiddenError, NotFoundError } from '../common/errors/app-error.js';
import { MAX_LISTS, SharedQuery, UNHURRIED } from '../database/shared-query.js';
import { isShownTo } from './call-sight.js';
import { busyUserIds, seatOf } from './call-seats.js';
import type { CallRecord } from './call.record.js';
import { CallsRepository } from './calls.repository.js';

/** Which call is meant. Without an id it is the one that the user is rung or joined in. */
export interface CallRef {
  callId?: string;
  /** Somebody else in it. */
  to?: string;
}

/** Finds calls for those who may know of them; to all others they do not exist. */
@Injectable()
export class CallFinder {
  /** Where many devices connect at once, they ring a little later. */
  private readonly live = new SharedQuery((userIds: string[]) => this.findLiveBy(userIds), {
    pause: UNHURRIED,
  });

  private readonly liveIn = new SharedQuery((asked: (readonly string[])[]) => this.findLiveAmong(asked), {
    maxQuestions: MAX_LISTS,
  });

  constructor(
    private readonly calls: CallsRepository,
    private readonly access: ChatAccess,
  ) {}

  async get(userId: string, { callId, to }: CallRef): Promise<CallRecord> {
    if (callId === undefined) return this.getOnly(userId, to);
    const call = await this.calls.findById(callId);
    if (!call || !(await this.isKnown(call, userId))) throw new NotFoundError('Call');
    if (to !== undefined && !seatOf(call, to)) throw new ForbiddenError('They are not in this call');
    return call;
  }

  /** The call in which their devices ring at the moment. */
  async findRinging(userId: string): Promise<CallRecord | null> {
    const call = await this.live.ask(userId);
    return call && seatOf(call, userId)?.state === 'ringing' ? call : null;
  }

  /** Live calls of these chats that the user may know of. */
  async findLive(userId: string, chatIds: readonly string[]): Promise<CallRecord[]> {
    if (chatIds.length === 0) return [];
    const calls = await this.liveIn.ask(chatIds);
    return calls.filter((call) => call.isGroup || isShownTo(call, userId));
  }

  private async findLiveAmong(
    asked: (readonly string[])[],
  ): Promise<(chatIds: readonly string[]) => CallRecord[]> {
    const calls = await this.calls.findLiveInAny([...new Set(asked.flat())]);
    // One per chat.
    const byChat = new Map(calls.map((call) => [call.chatId, call]));
    return (chatIds) => (calls.length === 0 ? [] : chatIds.flatMap((chatId) => byChat.get(chatId) ?? []));
  }

  private async findLiveBy(userIds: string[]): Promise<(userId: string) => CallRecord | undefined> {
    const calls = await this.calls.findLiveOf(userIds);
    const byUser = new Map(
      calls.flatMap((call) => busyUserIds(call).map((userId) => [userId, call] as const)),
    );
    return (userId) => byUser.get(userId);
  }

  private async getOnly(userId: string, to: string | undefined): Promise<CallRecord> {
    const [call] = await this.calls.findLiveOf([userId]);
    if (!call || (to !== undefined && !seatOf(call, to))) throw new NotFoundError('Call');
    return call;
  }

  /** The people in it, and the members of its group, who may join. */
  private async isKnown(call: CallRecord, userId: string): Promise<boolean> {
    if (seatOf(call, userId)) return isShownTo(call, userId);
    return call.isGroup && (await this.isMember(call.chatId, userId));
  }

  private async isMember(chatId: string, userId: string): Promise<boolean> {
    try {
      await this.access.assertMember(userId, chatId);
      return true;
    } catch (error) {
      if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN'))
        return false;
      throw error;
    }
  }
}
