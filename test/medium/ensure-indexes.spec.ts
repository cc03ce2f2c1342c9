import { randomBytes } from 'node:crypto';

import mongoose, {
  type Connection,
  type IndexDefinition,
  type IndexOptions,
  type Model,
  Schema,
} from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureIndexes } from '../../src/database/ensure-indexes.js';
import { databaseUri } from '../support/create-test-app.js';

describe('the indexes that the schemas declare', () => {
  let connection: Connection;

  beforeAll(async () => {
    connection = await mongoose
      .createConnection(databaseUri(`indexes_${randomBytes(6).toString('hex')}`), { autoIndex: false })
      .asPromise();
  });
  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  /** The same collection, as one version of the server or another declares it. */
  function declared(...indexes: [IndexDefinition, IndexOptions?][]): Model<unknown> {
    const schema = new Schema({ name: String, at: Date }, { collection: 'things', autoCreate: false });
    for (const [keys, options] of indexes) schema.index(keys, options);
    connection.deleteModel(/^Thing$/);
    return connection.model<unknown>('Thing', schema);
  }

  async function stored(): Promise<Record<string, object>> {
    const found = await connection.collection('things').indexes();
    return Object.fromEntries(
      found.map(({ name, key, unique, expireAfterSeconds }) => [name, { key, unique, expireAfterSeconds }]),
    );
  }

  it('should be built, changed where a definition has changed, and stay beside those of an operator', async () => {
    await ensureIndexes(declared([{ name: 1 }, { unique: true }], [{ at: 1 }, { expireAfterSeconds: 60 }]));
    await connection.collection('things').createIndex({ name: 1, at: 1 }, { name: 'by hand' });

    expect(await stored()).toEqual({
      _id_: { key: { _id: 1 } },
      name_1: { key: { name: 1 }, unique: true },
      at_1: { key: { at: 1 }, expireAfterSeconds: 60 },
      'by hand': { key: { name: 1, at: 1 } },
    });

    await ensureIndexes(
      declared([{ name: 1 }, { unique: true }], [{ at: 1 }, { expireAfterSeconds: 5 }], [{ at: -1 }]),
    );

    expect(await stored()).toEqual({
      _id_: { key: { _id: 1 } },
      name_1: { key: { name: 1 }, unique: true },
      at_1: { key: { at: 1 }, expireAfterSeconds: 5 },
      'at_-1': { key: { at: -1 } },
      'by hand': { key: { name: 1, at: 1 } },
    });
  });

  it('should be none where none is declared', async () => {
    await connection.collection('things').drop();

    await ensureIndexes(declared());

    expect(await stored()).toEqual({ _id_: { key: { _id: 1 } } });
  });
});
