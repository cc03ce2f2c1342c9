import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, type Types } from 'mongoose';

import { toObjectId } from '../../database/object-id.js';
import { ChatLogRow } from './chat-log.schema.js';

/** Where a stored file became the picture of a group: once, as each picture is made anew. */
export interface PicturePlace {
  mediaId: string;
  chatId: string;
  rev: number;
}

interface PictureRow {
  chatId: Types.ObjectId;
  rev: number;
  info: { avatarMediaId: string };
}

const PLACE = { _id: 0, chatId: 1, rev: 1, 'info.avatarMediaId': 1 } as const;

/** Which stored files are, or were, pictures of groups. */
@Injectable()
export class GroupPicturesRepository {
  constructor(@InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>) {}

  private get rows(): mongo.Collection<ChatLogRow> {
    return this.model.collection as unknown as mongo.Collection<ChatLogRow>;
  }

  async findPlaces(mediaIds: readonly string[]): Promise<PicturePlace[]> {
    const rows = await this.rows
      .find({ 'info.avatarMediaId': { $in: [...mediaIds] }, changed: 'avatarMediaId' })
      .project<PictureRow>(PLACE)
      .toArray();
    return rows.map(({ chatId, rev, info }) => ({
      mediaId: info.avatarMediaId,
      chatId: chatId.toHexString(),
      rev,
    }));
  }

  /** The picture that a group had at a `rev`; `null` where it had none. */
  async findAt(chatId: string, rev: number): Promise<string | null> {
    const row = await this.rows.findOne(
      { ...infoRows(chatId), rev: { $lte: rev } },
      { sort: { rev: -1 }, projection: { _id: 0, 'info.avatarMediaId': 1 } },
    );
    return row?.info?.avatarMediaId ?? null;
  }

  /** The `rev` at which another picture, or none, took the place of the one set at `rev`; `null`: it is there still. */
  async findEnd({ chatId, rev }: PicturePlace): Promise<number | null> {
    const row = await this.rows.findOne(
      { ...infoRows(chatId), rev: { $gt: rev }, changed: 'avatarMediaId' },
      { sort: { rev: 1 }, projection: { _id: 0, rev: 1 } },
    );
    return row?.rev ?? null;
  }
}

function infoRows(chatId: string) {
  return { chatId: toObjectId(chatId), kind: 'info' as const, lastSeq: { $exists: true } };
}
