import { toAttachmentRow } from '../chats/log/attachment-row.js';
import type { ChatLogRow, MessageType, QuotedStatusRow } from '../chats/log/chat-log.schema.js';
import type { RowDraft } from '../chats/log/log-append.js';
import type { ContactCardRow, LocationRow, PollRow, QuotedMessageRow } from '../chats/log/message-content.js';
import { ValidationError } from '../common/errors/app-error.js';
import { newObjectId, type ObjectId, toObjectId } from '../database/object-id.js';
import type { Attachment } from '../media/attachment.js';

export type SendableType = Exclude<MessageType, 'system'>;

/** What a sender gives; identity and chat come beside it. */
export interface MessageContent {
  clientMessageId?: string;
  type?: SendableType;
  text?: string;
  /** Uploads of the sender. */
  attachmentIds?: string[];
  /** Gone after so long, or sooner by the chat's setting. */
  expiresInSeconds?: number;
  mentions?: string[];
  /** The message of this chat that it answers. */
  replyToId?: string;
  location?: LocationRow;
  contact?: ContactCardRow;
  poll?: { question: string; options: string[]; multiple?: boolean };
  /** A status that it quotes; given by the server, never by a client. */
  replyTo?: QuotedStatus;
  /** How often it was passed on; given by the server, never by a client. */
  forwardCount?: number;
  /** Files of a message that is passed on; given by the server, never by a client. */
  attachments?: Attachment[];
}

/** What becomes of type, text and files in the row. */
export interface MessageBody {
  type: SendableType;
  text: string;
  attachments?: Attachment[];
}

/** What a message keeps of a status; the status itself is gone after a day. */
export interface QuotedStatus {
  statusId: string;
  senderId: string;
  type: string;
  text: string;
}

const PARTS = ['location', 'contact', 'poll'] as const;

/**
 * With the type that its parts make it; that of files is theirs to say.
 * @throws ValidationError for parts that do not go with it.
 */
export function checkedContent(content: MessageContent): MessageContent {
  const part = PARTS.find((one) => content[one] !== undefined);
  const type = content.type ?? part ?? (content.attachmentIds ? undefined : 'text');
  for (const other of PARTS) {
    if (other !== type && content[other] !== undefined) {
      const message = `${other} does not go with type "${type}"`;
      throw ValidationError.of(other, 'whitelistValidation', message);
    }
  }
  // Text goes without saying.
  return type === content.type || type === 'text' ? content : { ...content, type };
}

/** A new row, without what the log gives it. Field by field: most messages have few of them, and there are many. */
export function toRowDraft(
  senderId: ObjectId,
  content: MessageContent,
  { type, text, attachments }: MessageBody,
  quoted: QuotedMessageRow | null,
): RowDraft {
  const { clientMessageId, expiresInSeconds, mentions, location, contact, poll, forwardCount } = content;
  const row: RowDraft = { kind: 'message', senderId, clientMessageId, type, text };
  const replyTo = quoted ?? (content.replyTo && toQuotedRow(content.replyTo));
  if (attachments) row.attachments = attachments.map(toAttachmentRow);
  if (expiresInSeconds !== undefined) row.expiresInSeconds = expiresInSeconds;
  if (replyTo) row.replyTo = replyTo;
  if (mentions && mentions.length > 0) row.mentions = mentions.map(toObjectId);
  if (location) row.location = defined(location);
  if (contact) row.contact = defined(contact);
  if (poll) row.poll = toPollRow(poll);
  if (forwardCount) row.forwardCount = forwardCount;
  return row;
}

/** Whether a row is what was sent with this content; of a deleted one nobody knows any more. */
export function isSameContent(row: ChatLogRow, content: MessageContent): boolean {
  if (row.deletedAt) return true;
  return JSON.stringify(wordsOf(row)) === JSON.stringify(wordsOfContent(content, row));
}

/** The text as it was sent, whatever became of it. */
export function textSent({ original, text = '' }: ChatLogRow): string {
  return original ?? text;
}

function wordsOf(row: ChatLogRow): unknown[] {
  const { replyTo, mentions = [], attachments = [], location, contact, poll } = row;
  const quoted = replyTo && ('messageId' in replyTo ? replyTo.messageId : replyTo.statusId).toHexString();
  return [
    row.type,
    textSent(row),
    attachments.map(({ mediaId }) => mediaId.toHexString()),
    row.expiresInSeconds,
    quoted,
    mentions.map((id) => id.toHexString()).toSorted(),
    ...partsOf({ location, contact }),
    poll && [poll.question, poll.options.map(({ text }) => text), poll.multiple],
  ];
}

function wordsOfContent(content: MessageContent, row: ChatLogRow): unknown[] {
  const { text = '', replyToId, replyTo, mentions = [], poll, expiresInSeconds } = content;
  const files = content.attachmentIds ?? content.attachments?.map(({ id }) => id) ?? [];
  return [
    // What files make a message is looked up once, when it is sent.
    content.type ?? (files.length > 0 ? row.type : 'text'),
    text,
    files,
    expiresInSeconds,
    replyToId ?? replyTo?.statusId,
    mentions.toSorted(),
    ...partsOf(content),
    poll && [poll.question, poll.options, poll.multiple ?? false],
  ];
}

function partsOf({ location, contact }: Pick<MessageContent, 'location' | 'contact'>): unknown[] {
  return [
    location && [location.latitude, location.longitude, location.name],
    contact && [contact.userId, contact.name, contact.phone],
  ];
}

/** The driver would store what is `undefined` as null. */
function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function toQuotedRow({ statusId, senderId, ...quoted }: QuotedStatus): QuotedStatusRow {
  return { ...quoted, statusId: toObjectId(statusId), senderId: toObjectId(senderId) };
}

function toPollRow({ question, options, multiple = false }: NonNullable<MessageContent['poll']>): PollRow {
  return {
    question,
    options: options.map((text) => ({ id: newObjectId().toHexString(), text })),
    multiple,
  };
}
