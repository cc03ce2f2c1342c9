import { Logger } from '@nestjs/common';
import { type Model, mongo } from 'mongoose';

const CONFLICTS = new Set([85, 86]); // IndexOptionsConflict, IndexKeySpecsConflict

/**
 * Builds what the schemas declare. An index whose definition has changed since the data was made is
 * built anew; indexes that an operator added are left alone.
 */
export async function ensureIndexes(model: Model<unknown>): Promise<void> {
  const { collection } = model;
  await model.createCollection();
  for (const [keys, options] of model.schema.indexes()) {
    const spec = keys as mongo.IndexSpecification;
    const { background: _, ...wanted } = options as mongo.CreateIndexesOptions;
    try {
      await collection.createIndex(spec, wanted);
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || !CONFLICTS.has(Number(error.code))) throw error;
      const name = wanted.name ?? nameOf(keys);
      new Logger('Indexes').log(`${collection.name}.${name} has changed: building it anew`);
      await collection.dropIndex(name);
      await collection.createIndex(spec, wanted);
    }
  }
}

/** MongoDB's own way to name an index. */
function nameOf(keys: Record<string, unknown>): string {
  return Object.entries(keys)
    .map(([field, direction]) => `${field}_${String(direction)}`)
    .join('_');
}
