import { mongo } from 'mongoose';

import type { TestApp } from './create-test-app.js';

/** What the server works out of the rest a moment later, or notes for itself. */
const KEPT_BESIDE = ['job_leases', 'search_entries', 'search_progress', 'connection_histories'];

/** The texts of documents by their bytes: of thousands that are read before and after each test, few are new. */
const known = new WeakMap<TestApp, Map<string, string>>();

/** Every document of every collection, as text; but for what the server notes by itself, at its own times. */
export async function storedDocuments(app: TestApp): Promise<Record<string, string[]>> {
  const all = (await app.connection.db?.collections()) ?? [];
  const collections = all.filter(({ collectionName }) => !KEPT_BESIDE.includes(collectionName));
  const entries = await Promise.all(
    collections.map(async (collection): Promise<[string, string[]]> => {
      const documents = await collection
        .find<Buffer>({}, { raw: true, projection: { lastSeenAt: 0 } })
        .sort({ _id: 1 })
        .toArray();
      return [collection.collectionName, documents.map((bytes) => textOf(app, bytes))];
    }),
  );
  return Object.fromEntries(entries.filter(([, documents]) => documents.length > 0));
}

function textOf(app: TestApp, bytes: Buffer): string {
  const texts = known.get(app) ?? new Map<string, string>();
  known.set(app, texts);
  const key = bytes.toString('latin1');
  const text = texts.get(key) ?? JSON.stringify(mongo.BSON.deserialize(bytes));
  texts.set(key, text);
  return text;
}
