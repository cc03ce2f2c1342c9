import type { Model, mongo } from 'mongoose';

import { isWorthAnotherTry } from './worth-another-try.js';

/** What is looked for, in the words of the `find` command. */
export interface FindAtOnce {
  filter: object;
  projection?: Record<string, 0 | 1>;
  sort?: Record<string, 1 | -1>;
  /** The index to take, where choosing one would cost more than it is worth. */
  hint?: Record<string, 1>;
  limit: number;
}

/**
 * Documents as they are stored, of a read that is short and comes by the thousand: a page of messages, one membership.
 * Gives the command itself, whose answer is decoded in one go. A cursor decodes document by document, and Mongoose
 * casts and watches around it, at about twice the price of the read.
 */
export async function findAtOnce<T>(model: Model<T>, query: FindAtOnce): Promise<T[]> {
  const { db } = model.db;
  if (!db) return findByCursor(model, query);
  const { collectionName } = model.collection;
  // Whoever watches what is asked hears of it, as of what Mongoose asks.
  model.db.emit('operation-start', { collectionName, method: 'find', params: [query] });
  const level = db.readConcern?.level;
  const concern = level && { readConcern: { level } };
  try {
    const command = { find: collectionName, ...query, batchSize: query.limit, ...concern };
    const { cursor } = (await db.command(command)) as { cursor: Answer<T> };
    if (Number(cursor.id) === 0) return cursor.firstBatch;
  } catch (error) {
    if (!isWorthAnotherTry(error)) throw error;
  }
  return findByCursor(model, query);
}

interface Answer<T> {
  /** Another than 0 where there is more: more megabytes were found than fit into one answer. */
  id: unknown;
  firstBatch: T[];
}

function findByCursor<T>(model: Model<T>, { filter, ...options }: FindAtOnce): Promise<T[]> {
  const collection = model.collection as unknown as mongo.Collection;
  return collection.find(filter, options).toArray() as unknown as Promise<T[]>;
}
