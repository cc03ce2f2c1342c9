import { Logger } from '@nestjs/common';
import { type Model, mongo } from 'mongoose';

type Keys = Record<string, mongo.IndexDirection>;
type Index = mongo.IndexDescription & { key: Keys };

const CONFLICTS = new Set([85, 86]); // IndexOptionsConflict, IndexKeySpecsConflict

/**
 * Builds what the schemas declare. An index whose definition has changed since the data was made is
 * built anew; indexes that an operator added are left alone.
 */
export async function ensureIndexes(model: Model<unknown>): Promise<void> {
  const { collection } = model;
  await model.createCollection();
  const indexes = model.schema.indexes().map(([keys, options]): Index => {
    const { background: _, ...wanted } = options as mongo.CreateIndexesOptions;
    return { ...wanted, key: keys as Keys };
  });
  if (indexes.length === 0) return;
  try {
    // All in one command: each one alone would wait for the disk.
    await collection.createIndexes(indexes);
  } catch (error) {
    if (!isConflict(error)) throw error;
    for (const index of indexes) await ensureIndex(collection, index);
  }
}

async function ensureIndex(collection: Model<unknown>['collection'], index: Index): Promise<void> {
  try {
    await collection.createIndexes([index]);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const name = index.name ?? nameOf(index.key);
    new Logger('Indexes').log(`${collection.name}.${name} has changed: building it anew`);
    await collection.dropIndex(name);
    await collection.createIndexes([index]);
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && CONFLICTS.has(Number(error.code));
}

/** MongoDB's own way to name an index. */
function nameOf(keys: Record<string, unknown>): string {
  return Object.entries(keys)
    .map(([field, direction]) => `${field}_${String(direction)}`)
    .join('_');
}
