import type { Connection, mongo } from 'mongoose';

/** Why a row was refused by a unique index. */
export interface Refusal {
  /** Of the row; all before it are stored, and none behind it. */
  index: number;
  /** Of the unique index. */
  fields: string[];
}

interface InsertReply {
  writeErrors?: { index: number; code: number; errmsg?: string; keyPattern?: Record<string, unknown> }[];
  writeConcernError?: { errmsg?: string };
}

const DUPLICATE_KEY = 11_000;

/** The database behind a model. */
export function databaseOf({ db }: { db: Connection }): mongo.Db {
  if (!db.db) throw new Error('the database is not connected');
  return db.db;
}

/**
 * One `insert` command, ordered. `insertMany` measures each document before it writes it, which would cost a send
 * half as much again as writing it does; what is given here must fit into one message of the database (48 MB, 100,000
 * documents). Nothing is retried. Rejects when it is not known what is stored.
 */
export async function insertInOrder<Row extends mongo.BSON.Document>(
  db: mongo.Db,
  { collectionName, writeConcern }: Pick<mongo.Collection<Row>, 'collectionName' | 'writeConcern'>,
  rows: readonly Row[],
): Promise<Refusal | null> {
  // A command says itself how durable it is to be: the connection's setting does not reach it.
  const durable = { w: writeConcern?.w ?? 1, j: writeConcern?.journal ?? true };
  const insert = { insert: collectionName, documents: rows, ordered: true, writeConcern: durable };
  const { writeErrors, writeConcernError } = (await db.command(insert)) as InsertReply;
  const [refused] = writeErrors ?? [];
  if (refused && refused.code === DUPLICATE_KEY) return { index: refused.index, fields: fieldsOf(refused) };
  if (refused) throw new Error(refused.errmsg ?? `the database refused a row: ${refused.code}`);
  if (writeConcernError) throw new Error(writeConcernError.errmsg ?? 'not durable in time');
  return null;
}

function fieldsOf({ keyPattern, errmsg = '' }: { keyPattern?: object; errmsg?: string }): string[] {
  if (keyPattern) return Object.keys(keyPattern);
  return /index: (\S+)/.exec(errmsg)?.[1]?.split('_') ?? [];
}
