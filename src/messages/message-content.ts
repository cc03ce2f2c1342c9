import type { ChatLogRow, MessageType, QuotedStatusRow } from '../chats/log/chat-log.schema.js';
import type { RowDraft } from '../chats/log/chat-log.service.js';
import type { ContactCardRow, LocationRow, PollRow, QuotedMessageRow } from '../chats/log/message-content.js';
import { ValidationError } from '../common/errors/app-error.js';
import { newObjectId, toObjectId } from '../database/object-id.js';

/** What a sender gives; identity and chat come beside it. */
export interface MessageContent {
  clientMessageId?: string;
  type?: Exclude<MessageType, 'system'>;
  text?: string;
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
 * With the type that its parts make it.
 * @throws ValidationError for parts that do not go with it.
 */
export function checkedContent(content: MessageContent): MessageContent {
  const type = content.type ?? PARTS.find((part) => content[part] !== undefined) ?? 'text';
  for (const part of PARTS) {
    if (part !== type && content[part] !== undefined) {
      const message = `${part} does not go with type "${type}"`;
      throw ValidationError.of(part, 'whitelistValidation', message);
    }
  }
  return { ...content, type };
}

/** The content of a row, without what depends on the chat. */
export function toRowContent(
  content: MessageContent,
  quoted: QuotedMessageRow | null,
): Omit<RowDraft, 'kind' | 'senderId'> {
  const { clientMessageId, text = '', mentions, location, contact, poll, forwardCount } = content;
  const replyTo = quoted ?? (content.replyTo && toQuotedRow(content.replyTo));
  return {
    clientMessageId,
    type: content.type ?? 'text',
    text,
    ...(replyTo && { replyTo }),
    ...(mentions && mentions.length > 0 && { mentions: mentions.map(toObjectId) }),
    ...(location && { location: defined(location) }),
    ...(contact && { contact: defined(contact) }),
    ...(poll && { poll: toPollRow(poll) }),
    ...(forwardCount && { forwardCount }),
  };
}

/** Whether a row is what was sent with this content; of a deleted one nobody knows any more. */
export function isSameContent(row: ChatLogRow, content: MessageContent): boolean {
  if (row.deletedAt) return true;
  return JSON.stringify(wordsOf(row)) === JSON.stringify(wordsOfContent(content));
}

/** The text as it was sent, whatever became of it. */
export function textSent({ original, text = '' }: ChatLogRow): string {
  return original ?? text;
}

function wordsOf(row: ChatLogRow): unknown[] {
  const { replyTo, mentions = [], location, contact, poll } = row;
  const quoted = replyTo && ('messageId' in replyTo ? replyTo.messageId : replyTo.statusId).toHexString();
  return [
    row.type,
    textSent(row),
    quoted,
    mentions.map((id) => id.toHexString()).toSorted(),
    ...partsOf({ location, contact }),
    poll && [poll.question, poll.options.map(({ text }) => text), poll.multiple],
  ];
}

function wordsOfContent(content: MessageContent): unknown[] {
  const { type = 'text', text = '', replyToId, replyTo, mentions = [], poll } = content;
  return [
    type,
    text,
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
