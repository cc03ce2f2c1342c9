import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, type Types } from 'mongoose';

import { toObjectId } from '../../database/object-id.js';
import { ChatLogRow } from './chat-log.schema.js';

/** Last row and last message of a chat's log. */
export interface ChatHead {
  rev: number;
  lastSeq: number;
  lastMessage: ChatLogRow | null;
}

/**
 * Rows of chats' logs. Reads and writes go straight to the driver: rows are plain objects of our own
 * making, and Mongoose's casting would cost the send path more than the rest of it.
 */
@Injectable()
export class ChatLogRepository {
  constructor(@InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>) {}

  private get rows(): mongo.Collection<ChatLogRow> {
    return this.model.collection as unknown as mongo.Collection<ChatLogRow>;
  }

  /**
   * Inserts in the order given and stops at the first refusal, so what is stored is always a prefix of
   * `rows`, also for readers meanwhile and after a crash.
   */
  async insertInOrder(rows: ChatLogRow[]): Promise<void> {
    await this.rows.insertMany(rows, { ordered: true });
  }

  findByIds(ids: Types.ObjectId[]): Promise<ChatLogRow[]> {
    return this.rows.find({ _id: { $in: ids } }).toArray();
  }

  findBySend(chatId: Types.ObjectId, senderId: Types.ObjectId, clientMessageId: string): Promise<ChatLogRow | null> {
    return this.rows.findOne({ chatId, senderId, clientMessageId });
  }

  findLast(chatId: string): Promise<ChatLogRow | null> {
    return this.rows.find({ chatId: toObjectId(chatId) }).sort({ rev: -1 }).limit(1).next();
  }

  /** Rows behind `rev` that are no messages: the changes that a projection may still lack. */
  findChangesAfter(chatId: string, rev: number): Promise<ChatLogRow[]> {
    return this.rows
      .find({ chatId: toObjectId(chatId), rev: { $gt: rev }, kind: { $ne: 'message' } })
      .sort({ rev: 1 })
      .toArray();
  }

  /** Which of these chats have changes behind the `rev` given for each. */
  async findChatsWithChangesAfter(chats: { chatId: string; rev: number }[]): Promise<string[]> {
    if (chats.length === 0) return [];
    const branches = chats.map(({ chatId, rev }) => ({
      chatId: toObjectId(chatId),
      rev: { $gt: rev },
      kind: { $ne: 'message' as const },
    }));
    const found = await this.rows.find({ $or: branches }).project<{ chatId: Types.ObjectId }>({ chatId: 1 }).toArray();
    return [...new Set(found.map((row) => row.chatId.toHexString()))];
  }
}
