import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, type Types } from 'mongoose';

import { toObjectId } from '../../database/object-id.js';
import { ChatLogRow } from './chat-log.schema.js';

/** A message that a stored file is attached to. */
export interface AttachedPlace {
  chatId: string;
  seq: number;
  /** From this moment on it shows nothing any more. */
  expiresAt?: Date;
}

interface PlaceRow {
  chatId: Types.ObjectId;
  seq?: number;
  expiresAt?: Date;
}

const PLACE = { _id: 0, chatId: 1, seq: 1, expiresAt: 1 } as const;

/** Which messages hold which stored files. A message that lost its content holds none. */
@Injectable()
export class AttachmentsRepository {
  constructor(@InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>) {}

  private get rows(): mongo.Collection<ChatLogRow> {
    return this.model.collection as unknown as mongo.Collection<ChatLogRow>;
  }

  async findPlaces(mediaId: string, limit: number): Promise<AttachedPlace[]> {
    return this.places({ 'attachments.mediaId': toObjectId(mediaId) }, limit);
  }

  /** Those in these chats. */
  async findPlacesIn(chatIds: readonly string[], mediaId: string, limit: number): Promise<AttachedPlace[]> {
    const among = { $in: chatIds.map(toObjectId) };
    return this.places({ 'attachments.mediaId': toObjectId(mediaId), chatId: among }, limit);
  }

  /** Which of these any message holds: one step in the index for each, however often it was passed on. */
  async findAttached(mediaIds: readonly string[]): Promise<Set<string>> {
    const found = await Promise.all(
      mediaIds.map((id) =>
        this.rows.findOne({ 'attachments.mediaId': toObjectId(id) }, { projection: { _id: 1 } }),
      ),
    );
    return new Set(mediaIds.filter((_, index) => found[index] !== null));
  }

  private async places(filter: mongo.Filter<ChatLogRow>, limit: number): Promise<AttachedPlace[]> {
    const rows = await this.rows.find(filter).project<PlaceRow>(PLACE).limit(limit).toArray();
    return rows.map(({ chatId, seq = 0, expiresAt }) => ({
      chatId: chatId.toHexString(),
      seq,
      ...(expiresAt && { expiresAt }),
    }));
  }
}
