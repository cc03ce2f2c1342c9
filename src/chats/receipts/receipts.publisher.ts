import { Injectable, Logger } from '@nestjs/common';

import { DomainEvents } from '../../events/domain-events.js';
import { ChatLogRepository, type SeqRange } from '../log/chat-log.repository.js';
import { ChatLog } from '../log/chat-log.service.js';
import type { ReceiptsRecord, ReceiptsStep } from './chat-receipts.repository.js';
import { type ReceiptMark, shownReadSeq } from './chat-receipts.schema.js';

/** Tells the authors of the messages newly covered, and the reader's own devices. */
@Injectable()
export class ReceiptsPublisher {
  private readonly logger = new Logger(ReceiptsPublisher.name);

  constructor(
    private readonly chatLog: ChatLog,
    private readonly log: ChatLogRepository,
    private readonly events: DomainEvents,
  ) {}

  /** `before` are the receipts that the steps were made on. Never rejects: receipts are stored already. */
  async publish(steps: ReceiptsStep[], before: Map<string, ReceiptsRecord>): Promise<void> {
    await Promise.all(
      steps.map((step) =>
        this.publishStep(step, before.get(step.chatId)).catch((error: unknown) => {
          this.logger.warn(`receipts of chat ${step.chatId} not told: ${String(error)}`);
        }),
      ),
    );
  }

  private async publishStep({ chatId, marks, toRev }: ReceiptsStep, before?: ReceiptsRecord): Promise<void> {
    const covered = Object.entries(marks).map(([userId, mark]) => ({
      userId,
      mark,
      range: newlyCovered(mark, before?.marks[userId]),
    }));
    const authorsOf = await this.authors(
      chatId,
      covered.flatMap(({ range }) => range ?? []),
    );
    for (const { userId, mark, range } of covered) {
      this.events.publish('receipt.moved', {
        chatId,
        userId,
        deliveredSeq: mark.deliveredSeq,
        readSeq: mark.readSeq,
        shownReadSeq: shownReadSeq(mark),
        receiptRev: toRev,
        at: mark.at.toISOString(),
        recipientIds: [...new Set([userId, ...(range ? authorsOf(userId, range) : [])])],
      });
    }
  }

  /** In a direct chat the author is the other one: no query. In a group one query serves all readers. */
  private async authors(
    chatId: string,
    ranges: SeqRange[],
  ): Promise<(reader: string, range: SeqRange) => string[]> {
    const state = await this.chatLog.state(chatId);
    if (state.type === 'direct') return (reader) => state.audience.filter((userId) => userId !== reader);
    if (ranges.length === 0) return () => [];
    const union = {
      from: Math.min(...ranges.map(({ from }) => from)),
      to: Math.max(...ranges.map(({ to }) => to)),
    };
    const authors = await this.log.findAuthorsBySeq(chatId, union);
    return (_reader, { from, to }) =>
      authors
        .filter(({ seq, userId }) => seq >= from && seq <= to && state.has(userId))
        .map(({ userId }) => userId);
  }
}

/** The messages of which others may now know more; `null` where that is nothing. */
function newlyCovered(mark: ReceiptMark, old?: ReceiptMark): SeqRange | null {
  const moved = [
    { from: old?.deliveredSeq ?? 0, to: mark.deliveredSeq },
    { from: shownReadSeq(old), to: shownReadSeq(mark) },
  ].filter(({ from, to }) => to > from);
  if (moved.length === 0) return null;
  return {
    from: Math.min(...moved.map(({ from }) => from)) + 1,
    to: Math.max(...moved.map(({ to }) => to)),
  };
}
