import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type Types } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { ChatMember, COUNTED } from './chat-member.schema.js';

/** A membership, by what is unique of it. */
export interface Seat {
  chatId: string;
  userId: string;
}

export type PreferenceChange = Partial<Pick<ChatMember, 'mutedUntil' | 'isArchived' | 'isPinned'>>;

/** What users set for themselves in their memberships; everything else there is the log's to say. */
@Injectable()
export class PreferencesRepository {
  constructor(@InjectModel(ChatMember.name) private readonly model: Model<ChatMember>) {}

  async set(seat: Seat, change: PreferenceChange): Promise<void> {
    await this.model.updateOne(filterOf(seat), { $set: change, $inc: COUNTED });
  }

  /** What is emptied needs no reading either, nor the holes in it a place. */
  async clear(seat: Seat, upToSeq: number): Promise<void> {
    await this.model.updateOne(filterOf(seat), {
      $max: { clearedUpToSeq: upToSeq },
      $unset: { unreadMark: 1 },
      $pull: { deletedSeqs: { $lte: upToSeq } },
      $inc: COUNTED,
    });
  }

  async markUnread(seat: Seat, readSeq: number): Promise<void> {
    await this.model.updateOne(filterOf(seat), { $set: { unreadMark: readSeq }, $inc: COUNTED });
  }

  /** In all chats of somebody, past ones too. */
  async removeAllOf(userId: string): Promise<void> {
    const none = { mutedUntil: 1, isArchived: 1, isPinned: 1, unreadMark: 1, deletedSeqs: 1 } as const;
    await this.model.updateMany({ userId: toObjectId(userId) }, { $unset: none, $inc: COUNTED });
  }

  /** Of these, those that are marked as unread. */
  async findMarked(seats: Seat[]): Promise<Seat[]> {
    if (seats.length === 0) return [];
    const rows = await this.model
      .find({ $or: seats.map(filterOf) }, { _id: 0, chatId: 1, userId: 1, unreadMark: 1 })
      .lean<{ chatId: Types.ObjectId; userId: Types.ObjectId; unreadMark?: number }[]>();
    return rows
      .filter(({ unreadMark }) => unreadMark !== undefined)
      .map(({ chatId, userId }) => ({ chatId: chatId.toHexString(), userId: userId.toHexString() }));
  }

  /** `true` for the one who ended it. */
  async unmark(seat: Seat): Promise<boolean> {
    const marked = { ...filterOf(seat), unreadMark: { $exists: true } };
    const update = { $unset: { unreadMark: 1 }, $inc: COUNTED } as const;
    return (await this.model.updateOne(marked, update)).modifiedCount > 0;
  }
}

function filterOf({ chatId, userId }: Seat) {
  return { chatId: toObjectId(chatId), userId: toObjectId(userId) };
}
