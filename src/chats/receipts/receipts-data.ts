import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ndjson } from '../../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../../common/personal-data/personal-data.js';
import { Memberships } from '../memberships.service.js';
import { ReceiptMoves } from './receipt-moves.service.js';
import { ReceiptTimesRepository } from './receipt-times.repository.js';

const CHATS_AT_ONCE = 100;

/**
 * When somebody got and read the messages of their chats, to take along and to remove. How far they have
 * got, and since when at the latest, stays in the marks of the chat: who wrote to them is shown it.
 */
@Injectable()
export class ReceiptsData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'receipts';

  constructor(
    private readonly data: PersonalData,
    private readonly memberships: Memberships,
    private readonly times: ReceiptTimesRepository,
    private readonly moved: ReceiptMoves,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    yield ndjson('receipts.ndjson', this.moves(userId));
  }

  async erase(userId: string): Promise<void> {
    await this.moved.flush();
    for await (const chatIds of this.chatsOf(userId)) await this.times.removeOf(userId, chatIds);
  }

  private async *moves(userId: string) {
    await this.moved.flush();
    for await (const chatIds of this.chatsOf(userId)) {
      for (const [chatId, moves] of await this.times.findOf(userId, chatIds))
        for (const { at, d, r } of moves) yield { chatId, at, deliveredSeq: d, shownReadSeq: r };
    }
  }

  /** Those that they have left too. */
  private async *chatsOf(userId: string): AsyncGenerator<string[]> {
    const chatIds = (await this.memberships.of(userId)).map(({ chatId }) => chatId);
    for (let from = 0; from < chatIds.length; from += CHATS_AT_ONCE)
      yield chatIds.slice(from, from + CHATS_AT_ONCE);
  }
}
