import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, mongo } from 'mongoose';

import { toObjectId } from '../../database/object-id.js';
import { type ReceiptMoveRow, ReceiptTimes } from './receipt-times.schema.js';

/** Moves that are remembered per member and chat. */
const KEPT_MOVES = 100;

export interface ReceiptSteps {
  chatId: string;
  userId: string;
  /** Oldest first. */
  moves: ReceiptMoveRow[];
}

@Injectable()
export class ReceiptTimesRepository {
  constructor(@InjectModel(ReceiptTimes.name) private readonly model: Model<ReceiptTimes>) {}

  private get rows(): mongo.Collection<ReceiptTimes> {
    return this.model.collection as unknown as mongo.Collection<ReceiptTimes>;
  }

  /** Not journaled for its own sake: how far somebody is, is stored already; this is only since when. */
  async remember(steps: ReceiptSteps[]): Promise<void> {
    const writes = steps.map(({ chatId, userId, moves }) => ({
      updateOne: {
        filter: { chatId: toObjectId(chatId), userId: toObjectId(userId) },
        update: { $push: { moves: { $each: moves, $slice: -KEPT_MOVES } } },
        upsert: true,
      },
    }));
    await this.rows.bulkWrite(writes, { ordered: false, writeConcern: { w: 1, journal: false } });
  }

  /** What is kept of one member of these chats, by chat. */
  async findOf(userId: string, chatIds: readonly string[]): Promise<Map<string, ReceiptMoveRow[]>> {
    const rows = await this.rows.find(ofMember(userId, chatIds)).toArray();
    return new Map(rows.map(({ chatId, moves }) => [chatId.toHexString(), moves]));
  }

  async removeOf(userId: string, chatIds: readonly string[]): Promise<void> {
    await this.rows.deleteMany(ofMember(userId, chatIds));
  }

  /** By user id, oldest first. */
  async find(chatId: string, userIds: string[]): Promise<Map<string, ReceiptMoveRow[]>> {
    const rows = await this.rows
      .find({ chatId: toObjectId(chatId), userId: { $in: userIds.map(toObjectId) } })
      .toArray();
    return new Map(rows.map(({ userId, moves }) => [userId.toHexString(), moves]));
  }
}

function ofMember(userId: string, chatIds: readonly string[]) {
  return { chatId: { $in: chatIds.map(toObjectId) }, userId: toObjectId(userId) };
}
