import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { ChatLogRepository, type UnreadStretch } from './log/chat-log.repository.js';

/** Counts that are remembered: some 200 bytes each. */
const MAX_REMEMBERED = 50_000;

interface Counted {
  /** What was counted but for the end of it, which moves with each message. */
  from: string;
  toSeq: number;
  count: number;
}

/**
 * How many messages of others, without quiet ones, lie in stretches of chats. Rows are placed for good, and who
 * wrote them stays: what was counted once is right for ever, and only what has come since is counted anew.
 */
@Injectable()
export class UnreadCounts {
  private readonly counted = new LRUCache<string, Counted>({ max: MAX_REMEMBERED });

  constructor(private readonly log: ChatLogRepository) {}

  /** By chat id; per chat `stretches` ascend. One query, and none where nothing has come. */
  async of(userId: string, chats: ReadonlyMap<string, UnreadStretch[]>): Promise<Map<string, number>> {
    const before = new Map<string, number>();
    const open: UnreadStretch[] = [];
    for (const [chatId, stretches] of chats) {
      const known = this.counted.get(userId + chatId);
      const last = stretches.at(-1);
      if (!last) continue;
      if (known?.from !== startOf(stretches) || known.toSeq > last.toSeq) {
        before.set(chatId, 0);
        open.push(...stretches);
      } else {
        before.set(chatId, known.count);
        if (known.toSeq < last.toSeq) open.push({ ...last, afterSeq: known.toSeq });
      }
    }
    const found = await this.log.countUnread(userId, open);
    const counts = new Map([...before].map(([chatId, count]) => [chatId, count + (found.get(chatId) ?? 0)]));
    for (const chatId of new Set(open.map((stretch) => stretch.chatId)))
      this.remember(userId, chatId, chats.get(chatId) ?? [], counts.get(chatId) ?? 0);
    return counts;
  }

  private remember(userId: string, chatId: string, stretches: UnreadStretch[], count: number): void {
    const toSeq = stretches.at(-1)?.toSeq ?? 0;
    this.counted.set(userId + chatId, { from: startOf(stretches), toSeq, count });
  }
}

function startOf(stretches: UnreadStretch[]): string {
  return stretches
    .map(({ afterSeq, toSeq }, i) => (i < stretches.length - 1 ? `${afterSeq}-${toSeq}` : afterSeq))
    .join();
}
