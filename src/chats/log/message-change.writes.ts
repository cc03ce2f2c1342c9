import type { mongo, Types } from 'mongoose';

import type { ChatLogRow } from './chat-log.schema.js';
import { type MessageChange, quotedText } from './message-change.js';

type Write = mongo.AnyBulkWriteOperation<ChatLogRow>;
type ChangeOf<T extends MessageChange['type']> = Extract<MessageChange, { type: T }>;

/** A change being worked into its message. */
interface Projection {
  rev: number;
  at: Date;
  userId: string;
  messageId: Types.ObjectId;
  /** The message, unless its content is gone: deleted, or disappeared. */
  alive: mongo.Filter<ChatLogRow>;
  target: mongo.Filter<ChatLogRow>;
}

/** What a deleted message loses; its place, sender and times stay, and what names a status that it answers. */
const CONTENT = {
  text: 1,
  original: 1,
  editedAt: 1,
  textRev: 1,
  attachments: 1,
  'replyTo.text': 1,
  linkPreview: 1,
  previewRev: 1,
  mentions: 1,
  forwardCount: 1,
  location: 1,
  contact: 1,
  poll: 1,
  votes: 1,
  reactions: 1,
  pinned: 1,
  pinRev: 1,
} as const;

/** What of a change is content of its message, and is forgotten with it. */
const TELLS: { [T in MessageChange['type']]?: string } = {
  edited: 'text',
  previewed: 'preview',
  reacted: 'emoji',
  voted: 'optionIds',
};

/** The updates that each kind of change makes: all of them harmless twice, and in any order. */
const WRITES: { [T in MessageChange['type']]: (change: ChangeOf<T>, projection: Projection) => Write[] } = {
  edited: ({ text, dropsPreview }, projection) => {
    const { rev, at, alive } = projection;
    const dropped = { $unset: { linkPreview: 1 as const }, $set: { previewRev: rev } };
    return [
      ...(dropsPreview ? [update({ ...alive, previewRev: below(rev) }, dropped)] : []),
      update({ ...alive, original: { $exists: false } }, [{ $set: { original: '$text' } }]),
      update({ ...alive, textRev: below(rev) }, { $set: { text, editedAt: at, textRev: rev } }),
      requote(projection, quotedText(text)),
    ];
  },
  previewed: ({ preview }, { rev, alive }) => [
    update({ ...alive, previewRev: below(rev) }, { $set: { linkPreview: preview, previewRev: rev } }),
  ],
  deleted: (_, projection) => [
    update(projection.target, { $min: { deletedAt: projection.at }, $unset: CONTENT }),
    requote(projection, ''),
  ],
  reacted: ({ emoji }, { rev, alive, userId }) => [
    update(
      { ...alive, [`reactions.${userId}.rev`]: below(rev) },
      { $set: { [`reactions.${userId}`]: { emoji, rev } } },
    ),
  ],
  pinned: ({ isPinned }, { rev, alive }) => [
    update({ ...alive, pinRev: below(rev) }, { $set: { pinned: isPinned, pinRev: rev } }),
  ],
  voted: ({ optionIds }, { rev, alive, userId }) => [
    update(
      { ...alive, [`votes.${userId}.rev`]: below(rev) },
      { $set: { [`votes.${userId}`]: { optionIds, rev } } },
    ),
  ],
};

export function writesOf({ chatId, messageId, senderId, change, rev, createdAt: at }: ChatLogRow): Write[] {
  if (!messageId) return [];
  const target = { _id: messageId, chatId };
  const moved = update(target, { $max: { changedRev: rev } });
  if (!change || isForgotten(change)) return [moved];
  const alive = { ...target, text: { $exists: true } };
  const projection = { rev, at, userId: senderId.toHexString(), messageId, target, alive };
  const write = WRITES[change.type] as (change: MessageChange, projection: Projection) => Write[];
  return [...write(change, projection), moved];
}

function isForgotten(change: MessageChange): boolean {
  const told = TELLS[change.type];
  return told !== undefined && !(told in change);
}

/** The changes that say something of what these messages hold. */
export function tellingChangesOf(messageIds: Types.ObjectId[]): mongo.Filter<ChatLogRow> {
  return {
    messageId: { $in: messageIds },
    'change.type': { $in: Object.keys(TELLS) as MessageChange['type'][] },
  };
}

/** What is left of them is that they were made, by whom and when. */
export const FORGET_CHANGE: mongo.UpdateFilter<ChatLogRow> = {
  $unset: Object.fromEntries(Object.values(TELLS).map((told) => [`change.${told}`, 1])),
};

/** Answers to a message show it as it is now. */
function requote({ rev, messageId }: Projection, text: string): Write {
  const quoting = {
    'replyTo.messageId': messageId,
    'replyTo.rev': below(rev),
    deletedAt: { $exists: false },
  };
  const change = { $set: { 'replyTo.text': text, 'replyTo.rev': rev }, $max: { changedRev: rev } };
  return { updateMany: { filter: quoting, update: change } };
}

/** Also where the field is not there yet. */
function below(rev: number) {
  return { $not: { $gte: rev } };
}

function update(filter: mongo.Filter<ChatLogRow>, write: mongo.UpdateFilter<ChatLogRow> | object[]): Write {
  return { updateOne: { filter, update: write } };
}
