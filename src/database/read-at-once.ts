import type { Model, mongo } from 'mongoose';

import { isWorthAnotherTry } from './worth-another-try.js';

/** Of any model. */
type Stored = Pick<Model<unknown>, 'db' | 'collection'>;

/** What is looked for, in the words of the `find` command. */
export interface FindAtOnce {
  filter: object;
  projection?: Record<string, 0 | 1>;
  sort?: Record<string, 1 | -1>;
  /** The index to take, where choosing one would cost more than it is worth. */
  hint?: Record<string, 1>;
  limit: number;
}

/** What is worked out, in the words of the `aggregate` command. */
export interface AggregateAtOnce {
  pipeline: mongo.Document[];
  /** There are never more. */
  limit: number;
}

/**
 * Documents as they are stored, of a read that is short and comes by the thousand: a page of messages, one membership.
 * Gives the command itself, whose answer is decoded in one go. A cursor decodes document by document, and Mongoose
 * casts and watches around it, at about twice the price of the read.
 */
export function findAtOnce<T>(model: Model<T>, query: FindAtOnce): Promise<T[]> {
  const { filter, ...options } = query;
  return readAtOnce<T>(model, {
    method: 'find',
    asked: query,
    command: { ...query, batchSize: query.limit },
    cursor: (rows) => rows.find(filter, options),
  });
}

/** The same of documents that the database makes of others. */
export function aggregateAtOnce<T>(model: Stored, { pipeline, limit }: AggregateAtOnce): Promise<T[]> {
  return readAtOnce<T>(model, {
    method: 'aggregate',
    asked: pipeline,
    // One more, or the database could not tell that this is all.
    command: { pipeline, cursor: { batchSize: limit + 1 } },
    cursor: (rows) => rows.aggregate(pipeline),
  });
}

interface Reading {
  method: 'find' | 'aggregate';
  asked: object;
  command: object;
  /** The same by a cursor. */
  cursor: (rows: mongo.Collection) => mongo.AbstractCursor;
}

async function readAtOnce<T>(model: Stored, reading: Reading): Promise<T[]> {
  const { method, asked, command, cursor } = reading;
  const { db } = model.db;
  const byCursor = () => cursor(model.collection).toArray() as Promise<T[]>;
  if (!db) return byCursor();
  const { collectionName } = model.collection;
  // Whoever watches what is asked hears of it, as of what Mongoose asks.
  model.db.emit('operation-start', { collectionName, method, params: [asked] });
  const level = db.readConcern?.level;
  const concern = level && { readConcern: { level } };
  try {
    const answer = await db.command({ [method]: collectionName, ...command, ...concern });
    const { id, firstBatch } = answer.cursor as Batch<T>;
    if (Number(id) === 0) return firstBatch;
  } catch (error) {
    if (!isWorthAnotherTry(error)) throw error;
  }
  return byCursor();
}

interface Batch<T> {
  /** Another than 0 where there is more: more megabytes were found than fit into one answer. */
  id: unknown;
  firstBatch: T[];
}
