import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type AnyBulkWriteOperation, type Model, type mongo } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import { toObjectId } from '../../database/object-id.js';
import { findAtOnce } from '../../database/read-at-once.js';
import { updateEach } from '../../database/update-each.js';
import { ChatReceipts, type ReceiptMark } from './chat-receipts.schema.js';

/** The receipts of one chat, with ids as text. */
export interface ReceiptsRecord {
  rev: number;
  marks: Record<string, ReceiptMark>;
}

/** One atomic step of a chat's receipts, from one `rev` to the next. */
export interface ReceiptsStep {
  chatId: string;
  fromRev: number;
  toRev: number;
  /** How many marks there were. */
  marksBefore: number;
  marks: Record<string, ReceiptMark>;
}

@Injectable()
export class ChatReceiptsRepository {
  constructor(@InjectModel(ChatReceipts.name) private readonly model: Model<ChatReceipts>) {}

  private get rows(): mongo.Collection<ChatReceipts> {
    return this.model.collection as unknown as mongo.Collection<ChatReceipts>;
  }

  async findByChats(chatIds: string[]): Promise<Map<string, ReceiptsRecord>> {
    if (chatIds.length === 0) return new Map();
    const filter = { _id: { $in: chatIds.map(toObjectId) } };
    const rows = await findAtOnce(this.model, { filter, limit: chatIds.length });
    return new Map(rows.map(({ _id, rev, marks }) => [_id.toHexString(), { rev, marks }]));
  }

  async findRevs(chatIds: string[]): Promise<Map<string, number>> {
    if (chatIds.length === 0) return new Map();
    const filter = { _id: { $in: chatIds.map(toObjectId) } };
    const rows = await findAtOnce(this.model, { filter, projection: { rev: 1 }, limit: chatIds.length });
    return new Map(rows.map(({ _id, rev }) => [_id.toHexString(), rev]));
  }

  /** As `findByChats` with the marks of one user only, for chats with many members. */
  async findByChatsForUser(chatIds: string[], userId: string): Promise<Map<string, ReceiptsRecord>> {
    if (chatIds.length === 0) return new Map();
    const rows = await this.rows
      .find({ _id: { $in: chatIds.map(toObjectId) } }, { projection: { rev: 1, [`marks.${userId}`]: 1 } })
      .toArray();
    return new Map(rows.map(({ _id, rev, marks }) => [_id.toHexString(), { rev, marks: marks ?? {} }]));
  }

  /** Takes all steps; answers the chats that another node moved meanwhile. */
  async takeSteps(steps: ReceiptsStep[]): Promise<string[]> {
    const isSmall = ({ fromRev, marksBefore }: ReceiptsStep) => fromRev > 0 && marksBefore <= FEW_MARKS;
    const moved =
      (await this.takeTogether(steps.filter(isSmall))) +
      (await this.takeEach(steps.filter((step) => !isSmall(step))));
    if (moved === steps.length) return [];
    const now = await this.findByChats(steps.map(({ chatId }) => chatId));
    return steps.filter((step) => !hasTaken(now.get(step.chatId), step)).map(({ chatId }) => chatId);
  }

  private takeTogether(steps: ReceiptsStep[]): Promise<number> {
    const ofChats = steps.map(({ chatId, fromRev, toRev, marks }) => ({
      id: toObjectId(chatId),
      step: { fromRev, toRev, marks },
    }));
    return updateEach(this.rows, ofChats, ON_TOP);
  }

  /** First receipts, and those of large groups. */
  private async takeEach(steps: ReceiptsStep[]): Promise<number> {
    if (steps.length === 0) return 0;
    const writes: AnyBulkWriteOperation<ChatReceipts>[] = steps.map(({ chatId, fromRev, toRev, marks }) => {
      const set = Object.fromEntries(
        Object.entries(marks).map(([userId, mark]) => [`marks.${userId}`, mark]),
      );
      return {
        updateOne: {
          filter: { _id: toObjectId(chatId), rev: fromRev },
          update: { $set: { rev: toRev, ...set } },
          upsert: fromRev === 0,
        },
      };
    });
    try {
      const { matchedCount, upsertedCount } = await this.rows.bulkWrite(writes as never, { ordered: false });
      return matchedCount + upsertedCount;
    } catch (error) {
      if (!duplicateKeyOf(error)) throw error;
      return 0; // the first receipt of a chat, made by two nodes at once: the caller looks what is there
    }
  }
}

/**
 * Up to so many marks, the steps of many chats go together: at a third of the price of a statement each. Documents are
 * made anew for that, which of a thousand marks costs four times as much.
 */
const FEW_MARKS = 32;

/** The step's marks over those there are, where it was made on these. */
const ON_TOP = {
  $cond: [
    { $eq: ['$rev', '$$step.fromRev'] },
    {
      $mergeObjects: [
        '$$ROOT',
        { rev: '$$step.toRev', marks: { $mergeObjects: ['$marks', '$$step.marks'] } },
      ],
    },
    '$$ROOT',
  ],
};

function hasTaken(record: ReceiptsRecord | undefined, { toRev, marks }: ReceiptsStep): boolean {
  if (!record || record.rev < toRev) return false;
  return Object.entries(marks).every(([userId, mark]) => {
    const stored = record.marks[userId];
    return (
      stored &&
      stored.rev >= mark.rev &&
      stored.readSeq >= mark.readSeq &&
      stored.deliveredSeq >= mark.deliveredSeq
    );
  });
}
