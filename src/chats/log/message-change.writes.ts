import type { mongo } from 'mongoose';

import type { ChatLogRow } from './chat-log.schema.js';
import type { MessageChange } from './message-change.js';

type Write = mongo.AnyBulkWriteOperation<ChatLogRow>;
type ChangeOf<T extends MessageChange['type']> = Extract<MessageChange, { type: T }>;

/** A change being worked into its message. */
interface Projection {
  rev: number;
  at: Date;
  /** The message, unless it was deleted. */
  alive: mongo.Filter<ChatLogRow>;
  target: mongo.Filter<ChatLogRow>;
}

/** What a deleted message loses; its place, sender and times stay. */
const CONTENT = { text: 1, original: 1, editedAt: 1, textRev: 1 } as const;

/** The updates that each kind of change makes: all of them harmless twice, and in any order. */
const WRITES: { [T in MessageChange['type']]: (change: ChangeOf<T>, projection: Projection) => Write[] } = {
  edited: ({ text }, { rev, at, alive }) => [
    update({ ...alive, original: { $exists: false } }, [{ $set: { original: '$text' } }]),
    update({ ...alive, textRev: below(rev) }, { $set: { text, editedAt: at, textRev: rev } }),
  ],
  deleted: (_, { at, target }) => [update(target, { $min: { deletedAt: at }, $unset: CONTENT })],
};

export function writesOf({ chatId, messageId, change, rev, createdAt: at }: ChatLogRow): Write[] {
  if (!messageId || !change) return [];
  const target = { _id: messageId, chatId };
  const projection = { rev, at, target, alive: { ...target, deletedAt: { $exists: false } } };
  const write = WRITES[change.type] as (change: MessageChange, projection: Projection) => Write[];
  return [...write(change, projection), update(target, { $max: { changedRev: rev } })];
}

/** Also where the field is not there yet. */
function below(rev: number) {
  return { $not: { $gte: rev } };
}

function update(filter: mongo.Filter<ChatLogRow>, write: mongo.UpdateFilter<ChatLogRow> | object[]): Write {
  return { updateOne: { filter, update: write } };
}
