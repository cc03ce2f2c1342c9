import { mongo } from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { updateEach } from '../../src/database/update-each.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

interface Count {
  _id: mongo.ObjectId;
  n: number;
}

/** Adds to those that stand where the step was made. */
const RAISED = {
  $cond: [
    { $eq: ['$n', '$$step.from'] },
    { $mergeObjects: ['$$ROOT', { n: { $add: ['$n', '$$step.by'] } }] },
    '$$ROOT',
  ],
};

describe('updateEach', () => {
  let app: TestApp;
  let rows: mongo.Collection<Count>;
  let ids: mongo.ObjectId[];

  beforeAll(async () => {
    app = await createTestApp();
    rows = app.connection.getClient().db(app.connection.name).collection<Count>('counts');
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    ids = Array.from({ length: 4 }, () => new mongo.ObjectId());
    await rows.insertMany(ids.map((_id, n) => ({ _id, n })));
  });
  afterEach(() => vi.restoreAllMocks());

  const stepOf = (index: number, from: number, by: number) => ({ id: ids[index]!, step: { from, by } });
  const stored = async () => {
    const found = await rows.find({ _id: { $in: ids } }).toArray();
    return ids.map((id) => found.find(({ _id }) => _id.equals(id))?.n);
  };

  it('should update each by its own step, whatever their order, and no other', async () => {
    expect(await updateEach(rows, [stepOf(3, 3, 100), stepOf(0, 0, 10), stepOf(2, 2, 20)], RAISED)).toBe(3);

    expect(await stored()).toEqual([10, 1, 22, 103]);
  });

  it('should take a step for what it is, and not for an expression', async () => {
    const said = { name: '$n', all: '$$ROOT', nested: ['$$step', { of: '$_id' }] };

    await updateEach(rows, [{ id: ids[0]!, step: said }], { $mergeObjects: ['$$ROOT', '$$step'] });

    expect(await rows.findOne({ _id: ids[0]! })).toEqual({ _id: ids[0], n: 0, ...said });
  });

  it('should count and write only what changes', async () => {
    const absent = { id: new mongo.ObjectId(), step: { from: 0, by: 1 } };

    expect(await updateEach(rows, [stepOf(0, 7, 10), stepOf(1, 1, 10), absent], RAISED)).toBe(1);

    expect(await stored()).toEqual([0, 11, 2, 3]);
    expect(await rows.countDocuments({ _id: absent.id })).toBe(0);
  });

  it('should ask nothing without steps', async () => {
    const asked = vi.spyOn(rows, 'updateMany');

    expect(await updateEach(rows, [], RAISED)).toBe(0);
    expect(asked).not.toHaveBeenCalled();
  });

  it('should try again where an answer was lost, and do nothing twice', async () => {
    const update = rows.updateMany.bind(rows);
    vi.spyOn(rows, 'updateMany').mockImplementationOnce(async (...parts) => {
      await update(...parts);
      throw new mongo.MongoNetworkError('the connection broke');
    });

    expect(await updateEach(rows, [stepOf(0, 0, 10)], RAISED)).toBe(0);
    expect(await stored()).toEqual([10, 1, 2, 3]);
  });

  it('should not wait twice for a server that is away', async () => {
    vi.spyOn(rows, 'updateMany').mockRejectedValueOnce(new mongo.MongoRuntimeError('away'));

    await expect(updateEach(rows, [stepOf(0, 0, 10)], RAISED)).rejects.toThrow('away');
  });
});
