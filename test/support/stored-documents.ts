import { mongo } from 'mongoose';

import type { TestApp } from './create-test-app.js';

/** What the server works out of the rest a moment later, or notes for itself. */
const KEPT_BESIDE = ['job_leases', 'search_entries', 'search_progress', 'connection_histories'];

interface Stored {
  collection: string;
  /** As text. */
  document: string;
}

/** What was read before, by its bytes: of thousands that are read before and after each test, few are new. */
const known = new WeakMap<TestApp, Map<string, Stored>>();

/** Every document of every collection, as text; but for what the server notes by itself, at its own times. */
export async function storedDocuments(app: TestApp): Promise<Record<string, string[]>> {
  const all = (await app.connection.db?.collections()) ?? [];
  const [first, ...others] = all.filter(({ collectionName }) => !KEPT_BESIDE.includes(collectionName));
  if (!first) return {};
  // One command for all of them: to ask thirty collections takes far longer than to read them.
  const rows = first.aggregate<Buffer>(
    [
      ...documentsOf(first),
      ...others.map((other) => ({
        $unionWith: { coll: other.collectionName, pipeline: documentsOf(other) },
      })),
    ],
    { raw: true },
  );
  const found: Record<string, string[]> = {};
  for (const bytes of await rows.toArray()) {
    const { collection, document } = read(app, bytes);
    (found[collection] ??= []).push(document);
  }
  return found;
}

function documentsOf({ collectionName: collection }: mongo.Collection): mongo.Document[] {
  const document = '$$ROOT';
  return [
    { $sort: { _id: 1 } },
    { $project: { lastSeenAt: 0 } },
    { $project: { _id: 0, collection: { $literal: collection }, document } },
  ];
}

function read(app: TestApp, bytes: Buffer): Stored {
  const readBefore = known.get(app) ?? new Map<string, Stored>();
  known.set(app, readBefore);
  const key = bytes.toString('latin1');
  const before = readBefore.get(key);
  if (before) return before;
  const { collection, document } = mongo.BSON.deserialize(bytes) as { collection: string; document: object };
  const stored = { collection, document: JSON.stringify(document) };
  readBefore.set(key, stored);
  return stored;
}
