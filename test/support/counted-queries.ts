import type { Connection } from 'mongoose';
import { vi } from 'vitest';

/** Nothing is left that the search index would ask of the database by itself: for tests that count queries. */
export async function untilIndexed(connection: Connection): Promise<void> {
  await vi.waitUntil(() => isIndexed(connection), { timeout: 30_000, interval: 100 });
}

async function isIndexed(connection: Connection): Promise<boolean> {
  const progress = await connection.collection('search_progress').find().toArray();
  const revs = new Map(progress.map(({ _id, rev }) => [String(_id), Number(rev)]));
  const heads = await connection
    .collection('messages')
    .aggregate([{ $group: { _id: '$chatId', rev: { $max: '$rev' } } }])
    .toArray();
  return heads.every(({ _id, rev }) => (revs.get(String(_id)) ?? 0) >= Number(rev));
}

/** Of many counts of the same: a job that came in between shows in one or two of them. */
export function typicalOf(counts: number[]): number {
  return counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
}
