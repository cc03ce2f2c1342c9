import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../../events/domain-events.js';
import { type ReceiptStepTaken, ReceiptTimesRepository } from './receipt-times.repository.js';
import type { ReceiptMoveRow } from './receipt-times.schema.js';

/** Since when members have which messages: a receipt moved -> it is remembered, what moves in one go by one write. */
@Injectable()
export class ReceiptMoves implements OnModuleInit {
  private gathered: ReceiptStepTaken[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly events: DomainEvents,
    private readonly times: ReceiptTimesRepository,
  ) {}

  onModuleInit(): void {
    this.events.on('receipt.moved', ({ chatId, userId, deliveredSeq, shownReadSeq, at }) => {
      this.gathered.push({ chatId, userId, move: { at: new Date(at), d: deliveredSeq, r: shownReadSeq } });
      if (this.gathered.length > 1) return this.writing;
      // One after the other: the moves of a member keep their order.
      this.writing = this.writing.catch(() => undefined).then(() => this.write());
      return this.writing;
    });
  }

  /** By user id, oldest first: the last moves of each, those too that are just being written here. */
  async find(chatId: string, userIds: string[]): Promise<Map<string, ReceiptMoveRow[]>> {
    await this.writing.catch(() => undefined);
    return this.times.find(chatId, userIds);
  }

  private async write(): Promise<void> {
    const steps = this.gathered;
    this.gathered = [];
    await this.times.remember(steps);
  }
}
