import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, type Types } from 'mongoose';

import { Clock } from '../../common/clock.js';
import { toObjectId } from '../../database/object-id.js';
import { ChatLogRow } from './chat-log.schema.js';
import { asOf } from './expiry.js';
import type { EditRow } from './message-change.js';
import { FORGET_CHANGE, tellingChangesOf, writesOf } from './message-change.writes.js';

/**
 * Messages as the changes behind them have made them, and those changes. What has expired leaves here
 * without its content.
 */
@Injectable()
export class MessageChangesRepository {
  constructor(
    @InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>,
    private readonly clock: Clock,
  ) {}

  private get rows(): mongo.Collection<ChatLogRow> {
    return this.model.collection as unknown as mongo.Collection<ChatLogRow>;
  }

  /** `null` also for a row of the log that is no message. */
  async findMessage(id: string): Promise<ChatLogRow | null> {
    const row = await this.rows.findOne({ _id: toObjectId(id), seq: { $exists: true } });
    return row && asOf(row, this.clock.nowMs());
  }

  async findMessages(ids: Types.ObjectId[]): Promise<ChatLogRow[]> {
    if (ids.length === 0) return [];
    return this.asOfNow(await this.rows.find({ _id: { $in: ids }, seq: { $exists: true } }).toArray());
  }

  /** By chat that has any: the pinned messages by id, with when they are gone; there are never many. */
  async findPins(chatIds: string[]): Promise<Map<string, [string, Date | undefined][]>> {
    const pinned = { chatId: { $in: chatIds.map(toObjectId) }, pinned: true };
    const rows = await this.rows.find(pinned, { projection: { chatId: 1, expiresAt: 1 } }).toArray();
    const byChat = new Map<string, [string, Date | undefined][]>();
    for (const { _id, chatId, expiresAt } of rows) {
      const id = chatId.toHexString();
      const pins = byChat.get(id) ?? [];
      pins.push([_id.toHexString(), expiresAt]);
      byChat.set(id, pins);
    }
    return byChat;
  }

  /** Answers to these messages, the newest of very many. */
  async findQuoting(messageIds: Types.ObjectId[], limit: number): Promise<ChatLogRow[]> {
    if (messageIds.length === 0) return [];
    const answers = this.rows
      .find({ 'replyTo.messageId': { $in: messageIds } })
      .sort({ rev: -1 })
      .limit(limit);
    return this.asOfNow(await answers.toArray());
  }

  private asOfNow(rows: ChatLogRow[]): ChatLogRow[] {
    const nowMs = this.clock.nowMs();
    return rows.map((row) => asOf(row, nowMs));
  }

  /**
   * Works changes into the messages that they name, and answers these as they are now. Changes may come
   * in any order and twice: each field keeps what the highest `rev` says, and deleted stays deleted.
   */
  async project(changes: ChatLogRow[]): Promise<ChatLogRow[]> {
    const writes = changes.flatMap(writesOf);
    if (writes.length === 0) return [];
    await this.rows.bulkWrite(writes, { ordered: true });
    const targets = await this.findMessages(changes.flatMap(({ messageId }) => messageId ?? []));
    const deletedIds = targets.filter(({ deletedAt }) => deletedAt).map(({ _id }) => _id);
    if (deletedIds.length > 0) await this.rows.updateMany(tellingChangesOf(deletedIds), FORGET_CHANGE);
    return targets;
  }

  /** The edits of a message behind `afterRev` up to `toRev`, in order. */
  async findEdits(messageId: string, range: RevRange, limit: number): Promise<EditRow[]> {
    return (await this.rows
      .find(editsOf(toObjectId(messageId), range), { projection: EDIT_FIELDS })
      .sort({ rev: 1 })
      .limit(limit)
      .toArray()) as unknown as EditRow[];
  }

  /** The edits of several messages, each up to a `rev` of its own. */
  async findEditsUpTo(messages: { id: Types.ObjectId; toRev: number }[]): Promise<EditRow[]> {
    if (messages.length === 0) return [];
    const branches = messages.map(({ id, toRev }) => editsOf(id, { afterRev: 0, toRev }));
    return (await this.rows
      .find({ $or: branches }, { projection: EDIT_FIELDS })
      .toArray()) as unknown as EditRow[];
  }
}

export interface RevRange {
  afterRev: number;
  toRev: number;
}

const EDIT_FIELDS = { _id: 0, messageId: 1, rev: 1, createdAt: 1, change: 1 };

function editsOf(messageId: Types.ObjectId, { afterRev, toRev }: RevRange): mongo.Filter<ChatLogRow> {
  return { messageId, 'change.type': 'edited', rev: { $gt: afterRev, $lte: toRev } };
}
