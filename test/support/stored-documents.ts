import type { TestApp } from './create-test-app.js';

/** What the server works out of the rest a moment later, or notes for itself. */
const KEPT_BESIDE = ['job_leases', 'search_entries', 'search_progress', 'connection_histories'];

/** Every document of every collection, as text; but for what the server notes by itself, at its own times. */
export async function storedDocuments({ connection }: TestApp): Promise<Record<string, string[]>> {
  const all = (await connection.db?.collections()) ?? [];
  const collections = all.filter(({ collectionName }) => !KEPT_BESIDE.includes(collectionName));
  const entries = await Promise.all(
    collections.map(async (collection): Promise<[string, string[]]> => {
      const documents = await collection.find().sort({ _id: 1 }).toArray();
      return [
        collection.collectionName,
        documents.map((document) => JSON.stringify({ ...document, lastSeenAt: undefined })),
      ];
    }),
  );
  return Object.fromEntries(entries.filter(([, documents]) => documents.length > 0));
}
