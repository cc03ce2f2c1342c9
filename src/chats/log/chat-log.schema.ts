import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { type HydratedDocument, Types } from 'mongoose';

import type { AttachmentRow } from './attachment-row.js';
import type { ChatInfo, ChatSettings } from './chat-profile.js';
import type { ChatRole } from './chat-state.js';
import type { MessageChange, ReactionRow, VoteRow } from './message-change.js';
import type {
  ContactCardRow,
  LinkPreviewRow,
  LocationRow,
  PollRow,
  QuotedMessageRow,
} from './message-content.js';

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

/** Somebody pinned a message. */
export interface PinnedNoteRow {
  kind: 'pinned';
  userId: Types.ObjectId;
  messageId: Types.ObjectId;
}

/** What a system message tells that is no change of the chat itself; by `kind`. */
export type SystemNoteRow = CallNoteRow | PinnedNoteRow;

export type MessageType =
  'text' | 'image' | 'video' | 'audio' | 'voice' | 'file' | 'location' | 'contact' | 'poll' | 'system';

/**
 * Kinds of rows that something is worked out of: they have a `lastSeq`. Those of the roster say who is in
 * the chat and what it shows of itself; in groups they are messages too, and they are read whole for who has
 * left.
 */
export const CHANGE_KINDS = {
  created: 'roster',
  members_added: 'roster',
  member_removed: 'roster',
  member_role: 'roster',
  info: 'roster',
  settings: 'roster',
  message_changed: 'message',
} as const;

export type ChangeKind = keyof typeof CHANGE_KINDS;

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
  kind: 'message' | ChangeKind;

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
  type?: MessageType;

  @Prop({ type: String })
  text?: string;

  @Prop({ type: [Object], default: undefined })
  attachments?: AttachmentRow[];

  @Prop({ type: Object })
  replyTo?: QuotedStatusRow | QuotedMessageRow;

  @Prop({ type: [Types.ObjectId], default: undefined })
  mentions?: Types.ObjectId[];

  /** How often it was passed on on its way here. */
  @Prop({ type: Number })
  forwardCount?: number;

  @Prop({ type: Object })
  location?: LocationRow;

  @Prop({ type: Object })
  contact?: ContactCardRow;

  @Prop({ type: Object })
  poll?: PollRow;

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

  /** `message_changed`: which message, and what about it. */
  @Prop({ type: Types.ObjectId })
  messageId?: Types.ObjectId;

  @Prop({ type: Object })
  change?: MessageChange;

  /*
   * Messages only, from here on: what `message_changed` rows have made of them. Each is guarded by the
   * `rev` that set it last, so that nodes may work changes in in any order, and twice.
   */

  /** The last change of this message. */
  @Prop({ type: Number })
  changedRev?: number;

  /** The text as it was sent, once it is another. */
  @Prop({ type: String })
  original?: string;

  @Prop({ type: Date })
  editedAt?: Date;

  @Prop({ type: Number })
  textRev?: number;

  /** Of the page that the text names first. */
  @Prop({ type: Object })
  linkPreview?: LinkPreviewRow;

  @Prop({ type: Number })
  previewRev?: number;

  /** Deleted for everyone: what it said is gone. */
  @Prop({ type: Date })
  deletedAt?: Date;

  /** By user id. */
  @Prop({ type: Object })
  reactions?: Record<string, ReactionRow>;

  @Prop({ type: Object })
  votes?: Record<string, VoteRow>;

  @Prop({ type: Boolean })
  pinned?: boolean;

  @Prop({ type: Number })
  pinRev?: number;
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
/** Where a stored file became the picture of a group. */
ChatLogSchema.index({ 'info.avatarMediaId': 1 }, { partialFilterExpression: { changed: 'avatarMediaId' } });
/** The answers to a message, which quote it. */
ChatLogSchema.index(
  { 'replyTo.messageId': 1, rev: 1 },
  { partialFilterExpression: { 'replyTo.messageId': { $exists: true } } },
);
/** The few that are pinned. */
ChatLogSchema.index({ chatId: 1, pinned: 1 }, { partialFilterExpression: { pinned: true } });
/** Those that disappear, until what they said is taken out: a message without content has no `text`. */
ChatLogSchema.index(
  { expiresAt: 1 },
  { partialFilterExpression: { expiresAt: { $exists: true }, text: { $exists: true } } },
);
/** The heart of the order: two rows can't take the same place, whichever nodes insert them. */
ChatLogSchema.index({ chatId: 1, rev: 1 }, { unique: true });
/** History, and unread counts straight from the index. */
ChatLogSchema.index(
  { chatId: 1, seq: 1, senderId: 1, isQuiet: 1 },
  { partialFilterExpression: { seq: { $exists: true } } },
);
/** The changes among the rows, by kind: read without walking past the messages between them. */
ChatLogSchema.index(
  { chatId: 1, kind: 1, rev: 1 },
  { partialFilterExpression: { lastSeq: { $exists: true } } },
);
/** What became of one message. */
ChatLogSchema.index(
  { messageId: 1, 'change.type': 1, rev: 1 },
  { partialFilterExpression: { messageId: { $exists: true } } },
);
/** A send is stored once, however often and wherever it is retried. */
ChatLogSchema.index(
  { chatId: 1, senderId: 1, clientMessageId: 1 },
  { unique: true, partialFilterExpression: { clientMessageId: { $exists: true } } },
);
