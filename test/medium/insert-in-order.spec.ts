import { randomBytes } from 'node:crypto';

import mongoose, { type Connection, type mongo } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { insertInOrder } from '../../src/database/insert-in-order.js';
import { databaseUri } from '../support/create-test-app.js';

interface Row {
  _id: number;
  chat: string;
  rev: number;
}

const row = (_id: number, rev = _id): Row => ({ _id, chat: 'c', rev });

describe('insertInOrder', () => {
  let connection: Connection;
  let rows: mongo.Collection<Row>;

  beforeAll(async () => {
    connection = await mongoose
      .createConnection(databaseUri(`inserts_${randomBytes(6).toString('hex')}`), {
        writeConcern: { w: 1, journal: true },
        monitorCommands: true,
      })
      .asPromise();
    rows = connection.collection<Row>('rows');
    await rows.createIndex({ chat: 1, rev: 1 }, { unique: true });
  });
  beforeEach(() => rows.deleteMany({}));
  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  const insert = (...given: Row[]) => insertInOrder(connection.db as mongo.Db, rows, given);
  const stored = async () => (await rows.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

  it('should store all of them', async () => {
    expect(await insert(row(1), row(2), row(3))).toBeNull();

    expect(await stored()).toEqual([1, 2, 3]);
  });

  it('should stop at the first row that a unique index refuses, and name it and the index', async () => {
    await insert(row(1));

    expect(await insert(row(2), row(3, 1), row(4))).toEqual({ index: 1, fields: ['chat', 'rev'] });
    expect(await insert(row(5), row(1, 6))).toEqual({ index: 1, fields: ['_id'] });

    expect(await stored()).toEqual([1, 2, 5]);
  });

  it('should ask for the durability of the connection', async () => {
    const commands: mongo.CommandStartedEvent[] = [];
    connection.getClient().on('commandStarted', (event) => commands.push(event));

    await insert(row(1));

    expect(commands.map(({ command }) => [command.insert, command.writeConcern])).toEqual([
      ['rows', { w: 1, j: true }],
    ]);
  });

  it('should reject what the database refuses for another reason', async () => {
    await expect(insert({ ...row(1), chat: 'x'.repeat(17 * 1024 * 1024) })).rejects.toThrow(/too large|BSON/i);

    expect(await stored()).toEqual([]);
  });
});
