import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { ChatLogRepository, type SeqRange } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { visibleStretches, within } from '../chats/membership.js';
import { ValidationError } from '../common/errors/app-error.js';
import { DEFAULT_PAGE } from '../common/pagination/cursor.js';
import type { HistoryQueryDto } from './dto/history-query.dto.js';
import { type MessageView, toMessageView } from './message.view.js';

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
  ) {}

  async page(userId: string, chatId: string, query: HistoryQueryDto): Promise<HistoryPage> {
    const { before, after, around, limit = DEFAULT_PAGE } = query;
    if ([before, after, around].filter((seq) => seq !== undefined).length > 1) {
      throw ValidationError.of('before', 'exclusive', 'Give at most one of before, after and around');
    }
    const stretches = visibleStretches(await this.access.assertReader(userId, chatId));
    if (after !== undefined) return this.following(chatId, stretches, after, limit);
    if (around !== undefined) return this.around(chatId, stretches, around, limit);
    return this.preceding(chatId, stretches, before ?? Number.MAX_SAFE_INTEGER, limit);
  }

  private async preceding(
    chatId: string,
    stretches: SeqRange[],
    seq: number,
    limit: number,
  ): Promise<HistoryPage> {
    const rows = await this.find(
      chatId,
      within(stretches, { from: 1, to: seq - 1 }),
      'descending',
      limit + 1,
    );
    return { items: rows.slice(0, limit).toReversed().map(toMessageView), hasMore: rows.length > limit };
  }

  private async following(
    chatId: string,
    stretches: SeqRange[],
    seq: number,
    limit: number,
  ): Promise<HistoryPage> {
    const range = { from: seq + 1, to: Number.MAX_SAFE_INTEGER };
    const rows = await this.find(chatId, within(stretches, range), 'ascending', limit + 1);
    return { items: rows.slice(0, limit).map(toMessageView), hasMore: rows.length > limit };
  }

  /** Half of the page before `seq`, the rest from it on. */
  private async around(
    chatId: string,
    stretches: SeqRange[],
    seq: number,
    limit: number,
  ): Promise<HistoryPage> {
    const half = Math.floor(limit / 2);
    const [older, newer] = await Promise.all([
      this.preceding(chatId, stretches, seq, half),
      this.following(chatId, stretches, seq - 1, limit - half),
    ]);
    return {
      items: [...(half > 0 ? older.items : []), ...newer.items],
      hasMore: older.hasMore || newer.hasMore,
    };
  }

  private async find(chatId: string, ranges: SeqRange[], order: 'ascending' | 'descending', limit: number) {
    const rows = await this.log.findMessages(chatId, ranges, order, limit);
    await this.chatLog.settled(chatId, Math.max(0, ...rows.map((row: ChatLogRow) => row.rev)));
    return rows;
  }
}
