import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, mongo, Types } from 'mongoose';

import { toObjectId } from '../../database/object-id.js';
import { ChatLogRow } from './chat-log.schema.js';
import { PLACE_FIELDS } from './expiry.js';
import { FORGET_CHANGE, tellingChangesOf } from './message-change.writes.js';

/** A message that has disappeared, and whose content the database still holds. */
export interface ExpiredMessage {
  id: string;
  /** The files that it holds. */
  mediaIds: string[];
}

const PLACE = Object.fromEntries(PLACE_FIELDS.map((field) => [field, 1]));

/** Takes what disappeared messages said out of the log; each step does no harm a second time. */
@Injectable()
export class ExpiredMessagesRepository {
  constructor(@InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>) {}

  private get rows(): mongo.Collection<ChatLogRow> {
    return this.model.collection as unknown as mongo.Collection<ChatLogRow>;
  }

  /** Those that disappeared at `until` or before, the oldest first. */
  async findDue(until: Date, limit: number): Promise<ExpiredMessage[]> {
    const rows = await this.rows
      .find({ expiresAt: { $lte: until }, text: { $exists: true } })
      .project<{ _id: Types.ObjectId } & Pick<ChatLogRow, 'attachments'>>({ 'attachments.mediaId': 1 })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .toArray();
    return rows.map(({ _id, attachments = [] }) => ({
      id: _id.toHexString(),
      mediaIds: attachments.map(({ mediaId }) => mediaId.toHexString()),
    }));
  }

  /** Answers quote nothing of them any more. */
  async forgetQuotes(ids: readonly string[]): Promise<void> {
    await this.rows.updateMany(
      { 'replyTo.messageId': { $in: ids.map(toObjectId) }, 'replyTo.text': { $gt: '' } },
      { $set: { 'replyTo.text': '' } },
    );
  }

  /** That they were changed stays in the log; what the changes were does not. */
  async forgetChanges(ids: readonly string[]): Promise<void> {
    await this.rows.updateMany(tellingChangesOf(ids.map(toObjectId)), FORGET_CHANGE);
  }

  /** Leaves their places. Last of all: from then on they are not due any more. */
  async clear(ids: readonly string[]): Promise<void> {
    await this.rows.updateMany({ _id: { $in: ids.map(toObjectId) } }, [{ $project: PLACE }]);
  }
}
