import { mongo } from 'mongoose';

/** Whether `error` is E11000, and if so the fields of the unique index that refused: `['email']`. */
export function duplicateKeyOf(error: unknown): string[] | null {
  if (!(error instanceof mongo.MongoServerError) || error.code !== 11000) return null;
  const pattern: unknown =
    error.keyPattern ?? (error instanceof mongo.MongoBulkWriteError ? undefined : null);
  return pattern && typeof pattern === 'object' ? Object.keys(pattern) : [];
}
