import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { type HydratedDocument, Types } from 'mongoose';

import type { AttachmentRow } from './attachment-row.js';
import type { ChatInfo, ChatSettings } from './chat-profile.js';
import type { ChatRole } from './chat-state.js';

/** One person in a row that creates a chat or adds to it. */
export interface RosterChange {
  userId: Types.ObjectId;
  role: ChatRole;
}

/** What a message keeps of the status that it replies to. */
export interface QuotedStatusRow {
  statusId: Types.ObjectId;
  senderId: Types.ObjectId;
  type: string;
  text: string;
}

/** A call that is over, as the chat remembers it. */
export interface CallNoteRow {
  kind: 'call';
  callId: Types.ObjectId;
  callType: 'audio' | 'video';
  /** How it came out. */
  state: string;
  /** From the first answer to the end; absent when nobody answered. */
  durationMs?: number;
}

/** What a system message tells that is no change of the chat itself; by `kind`. */
export type SystemNoteRow = CallNoteRow;

/**
 * One row of a chat's log, inserted once and placed for good by `(chatId, rev)`. A row is a message, or
 * a change that concerns all members; see docs/adr/0001. Times and ids are the server's.
 */
@Schema({ collection: 'messages', versionKey: false, autoCreate: false })
export class ChatLogRow {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  /** Place in the chat's log: 1, 2, 3 ... without holes. */
  @Prop({ type: Number, required: true })
  rev: number;

  @Prop({ type: String, required: true })
  kind: 'message' | 'created' | 'members_added' | 'member_removed' | 'member_role' | 'info' | 'settings';

  /** Who did it: the sender of a message, the admin who added somebody. */
  @Prop({ type: Types.ObjectId, required: true })
  senderId: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** Messages, those of the server included: the place among them, 1, 2, 3 ... without holes. */
  @Prop({ type: Number })
  seq?: number;

  /** Changes only: `seq` of the last message up to this row; a change that is a message names its own. */
  @Prop({ type: Number })
  lastSeq?: number;

  @Prop({ type: String })
  clientMessageId?: string;

  @Prop({ type: String })
  type?: 'text' | 'image' | 'video' | 'audio' | 'voice' | 'file' | 'system';

  @Prop({ type: String })
  text?: string;

  @Prop({ type: [Object], default: undefined })
  attachments?: AttachmentRow[];

  @Prop({ type: Object })
  replyTo?: QuotedStatusRow;

  /** Messages of type `system`: what happened. */
  @Prop({ type: Object })
  system?: SystemNoteRow;

  /** A message that nobody has to read: it does not count as unread. */
  @Prop({ type: Boolean })
  isQuiet?: true;

  /** Messages: after so long the sender wants it gone. */
  @Prop({ type: Number })
  expiresInSeconds?: number;

  /** Messages: from this moment on nothing but their place can be read. */
  @Prop({ type: Date })
  expiresAt?: Date;

  /** `created`, `info`: all of it after this row; `changed` names what is new. */
  @Prop({ type: Object })
  info?: ChatInfo;

  /** `settings`: all of them after this row; `changed` names what is new. */
  @Prop({ type: Object })
  settings?: ChatSettings;

  @Prop({ type: [String], default: undefined })
  changed?: string[];

  /** `created`, `members_added`: the people; `member_role`: the one with the new role. */
  @Prop({ type: [Object], default: undefined })
  members?: RosterChange[];

  /** `members_added`: they may read all that was written before. */
  @Prop({ type: Boolean })
  hasHistory?: true;

  /** `member_removed`: who is gone, and who inherits the group when its owner leaves. */
  @Prop({ type: Types.ObjectId })
  removedId?: Types.ObjectId;

  @Prop({ type: Types.ObjectId })
  newOwnerId?: Types.ObjectId;

  /** Changes only: members after this row. */
  @Prop({ type: Number })
  memberCount?: number;
}

export type ChatLogDocument = HydratedDocument<ChatLogRow>;
export const ChatLogSchema = SchemaFactory.createForClass(ChatLogRow);

/** A reply to a status that is gone is found without its chat. */
ChatLogSchema.index(
  { 'replyTo.statusId': 1, senderId: 1, clientMessageId: 1 },
  { partialFilterExpression: { 'replyTo.statusId': { $exists: true } } },
);
/** The messages that a stored file is attached to: who may read one of them may read it. */
ChatLogSchema.index(
  { 'attachments.mediaId': 1, chatId: 1 },
  { partialFilterExpression: { 'attachments.mediaId': { $exists: true } } },
);
/** The heart of the order: two rows can't take the same place, whichever nodes insert them. */
ChatLogSchema.index({ chatId: 1, rev: 1 }, { unique: true });
/** History, and unread counts straight from the index. */
ChatLogSchema.index(
  { chatId: 1, seq: 1, senderId: 1, isQuiet: 1 },
  { partialFilterExpression: { seq: { $exists: true } } },
);
/** The changes among the rows: few, and read without walking past the messages between them. */
ChatLogSchema.index(
  { chatId: 1, lastSeq: 1, rev: 1 },
  { partialFilterExpression: { lastSeq: { $exists: true } } },
);
/** A send is stored once, however often and wherever it is retried. */
ChatLogSchema.index(
  { chatId: 1, senderId: 1, clientMessageId: 1 },
  { unique: true, partialFilterExpression: { clientMessageId: { $exists: true } } },
);
