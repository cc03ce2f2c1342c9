import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import type { Membership } from '../chats/chat-members.repository.js';
import { ChatLogRepository, type SeqRange } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { visibleStretches, within } from '../chats/membership.js';
import { ValidationError } from '../common/errors/app-error.js';
import { DEFAULT_PAGE } from '../common/pagination/cursor.js';
import type { HistoryQueryDto } from './dto/history-query.dto.js';
import { MessageViews } from './message-views.service.js';
import type { MessageView } from './message.view.js';

export interface HistoryPage {
  /** Ascending by `seq`. */
  items: MessageView[];
  /** Whether there is more in the direction asked (for `around`: on either side). */
  hasMore: boolean;
}

/** Reading back: pages of a chat's messages, within what the reader may see. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly access: ChatAccess,
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly past: MessagePast,
    private readonly views: MessageViews,
  ) {}

  async page(userId: string, chatId: string, query: HistoryQueryDto): Promise<HistoryPage> {
    const { before, after, around, limit = DEFAULT_PAGE } = query;
    if ([before, after, around].filter((seq) => seq !== undefined).length > 1) {
      throw ValidationError.of('before', 'exclusive', 'Give at most one of before, after and around');
    }
    const membership = await this.access.assertReader(userId, chatId);
    if (after !== undefined) return this.following(membership, after, limit);
    if (around !== undefined) return this.around(membership, around, limit);
    return this.preceding(membership, before ?? Number.MAX_SAFE_INTEGER, limit);
  }

  private async preceding(membership: Membership, seq: number, limit: number): Promise<HistoryPage> {
    const { rows, hasMore } = await this.find(membership, { from: 1, to: seq - 1 }, 'descending', limit);
    return { items: await this.views.ofMember(membership, rows.toReversed()), hasMore };
  }

  private async following(membership: Membership, seq: number, limit: number): Promise<HistoryPage> {
    const range = { from: seq + 1, to: Number.MAX_SAFE_INTEGER };
    const { rows, hasMore } = await this.find(membership, range, 'ascending', limit);
    return { items: await this.views.ofMember(membership, rows), hasMore };
  }

  /** Half of the page before `seq`, the rest from it on. */
  private async around(membership: Membership, seq: number, limit: number): Promise<HistoryPage> {
    const half = Math.floor(limit / 2);
    const [older, newer] = await Promise.all([
      this.preceding(membership, seq, half),
      this.following(membership, seq - 1, limit - half),
    ]);
    return {
      items: [...(half > 0 ? older.items : []), ...newer.items],
      hasMore: older.hasMore || newer.hasMore,
    };
  }

  private async find(
    membership: Membership,
    range: SeqRange,
    order: 'ascending' | 'descending',
    limit: number,
  ): Promise<{ rows: ChatLogRow[]; hasMore: boolean }> {
    const { chatId } = membership;
    const stretches = within(visibleStretches(membership), range);
    const found = await this.log.findMessages(chatId, stretches, order, limit + 1);
    await this.chatLog.settled(chatId, Math.max(0, ...found.map(({ rev }) => rev)));
    const rows = await this.past.forMember(membership, found.slice(0, limit));
    return { rows, hasMore: found.length > limit };
  }
}
