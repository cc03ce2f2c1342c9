import { randomUUID } from 'node:crypto';

import { type Model, mongo, Schema } from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { aggregateAtOnce, findAtOnce } from '../../src/database/read-at-once.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const MEGABYTE = 1024 * 1024;

interface Note {
  of: string;
  n: number;
  text?: string;
}

let app: TestApp;
let model: Model<Note>;
let of: string;

beforeAll(async () => {
  app = await createTestApp();
  model = app.connection.model<Note>('Note', new Schema({}, { autoCreate: false, autoIndex: false }));
});
afterAll(() => app.close());

beforeEach(() => {
  of = randomUUID();
});
afterEach(() => vi.restoreAllMocks());

describe('findAtOnce', () => {
  const store = (notes: Omit<Note, 'of'>[]) =>
    model.collection.insertMany(
      notes.map((note) => ({ ...note, of })),
      {},
    );
  const byN = { projection: { _id: 0, n: 1 }, sort: { n: -1 } } as const;

  it('should find what a cursor finds: filtered, sorted, cut and projected', async () => {
    await store([{ n: 1 }, { n: 2 }, { n: 3 }]);

    expect(await findAtOnce(model, { filter: { of, n: { $gt: 1 } }, ...byN, limit: 5 })).toEqual([
      { n: 3 },
      { n: 2 },
    ]);
    expect(await findAtOnce(model, { filter: { of }, ...byN, limit: 2 })).toEqual([{ n: 3 }, { n: 2 }]);
    expect(await findAtOnce(model, { filter: { of: 'nothing' }, limit: 2 })).toEqual([]);
  });

  it('should bring all of it where it does not fit into one answer', async () => {
    const text = 'x'.repeat(7 * MEGABYTE);
    await store([1, 2, 3].map((n) => ({ n, text })));

    const found = await findAtOnce(model, { filter: { of }, sort: { n: 1 }, limit: 3 });

    expect(found.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(found.every((note) => note.text?.length === text.length)).toBe(true);
  });

  it.each([
    ['a connection that broke', () => new mongo.MongoNetworkError('the connection broke')],
    ['a server that steps down', () => new mongo.MongoServerError({ message: 'not primary', code: 10107 })],
  ])('should get over %s', async (_, error) => {
    await store([{ n: 1 }]);
    const command = vi.spyOn(model.db.db!, 'command').mockRejectedValueOnce(error());

    expect(await findAtOnce(model, { filter: { of }, ...byN, limit: 5 })).toEqual([{ n: 1 }]);
    expect(command).toHaveBeenCalledTimes(1);
  });

  it('should not wait twice for a server that is away', async () => {
    vi.spyOn(model.db.db!, 'command').mockRejectedValueOnce(new mongo.MongoRuntimeError('away'));

    await expect(findAtOnce(model, { filter: { of }, limit: 5 })).rejects.toThrow('away');
  });

  it('should refuse what the database does not understand, as a cursor does', async () => {
    await expect(findAtOnce(model, { filter: { $no: 1 }, limit: 5 })).rejects.toBeInstanceOf(
      mongo.MongoServerError,
    );
  });
});

describe('aggregateAtOnce', () => {
  beforeEach(async () => {
    const notes = [1, 2, 2, 3].map((n) => ({ n, of, text: 'x'.repeat(6 * MEGABYTE) }));
    await model.collection.insertMany(notes, {});
  });

  const counts = () => [
    { $match: { of } },
    { $group: { _id: '$n', count: { $sum: 1 } } },
    { $sort: { _id: 1 } },
  ];
  const COUNTED = [
    { _id: 1, count: 1 },
    { _id: 2, count: 2 },
    { _id: 3, count: 1 },
  ];

  it('should bring what a cursor brings, all in one command', async () => {
    const asked: string[] = [];
    const record = ({ method }: { method: string }) => void asked.push(method);
    model.db.on('operation-start', record);

    expect(await aggregateAtOnce(model, { pipeline: counts(), limit: 3 })).toEqual(COUNTED);

    model.db.off('operation-start', record);
    expect(asked).toEqual(['aggregate']);
  });

  it('should bring all of it where it does not fit into one answer', async () => {
    const pipeline = [{ $match: { of } }, { $sort: { n: 1 } }];

    const found = await aggregateAtOnce<Note>(model, { pipeline, limit: 4 });

    expect(found.map(({ n }) => n)).toEqual([1, 2, 2, 3]);
  });

  it('should get over a connection that broke', async () => {
    const broken = new mongo.MongoNetworkError('the connection broke');
    vi.spyOn(model.db.db!, 'command').mockRejectedValueOnce(broken);

    expect(await aggregateAtOnce(model, { pipeline: counts(), limit: 3 })).toEqual(COUNTED);
  });
});
