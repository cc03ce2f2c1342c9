import type { StatusHead } from './status.record.js';

/** One author's statuses, and what their place in a feed follows from. */
export interface FeedGroup {
  userId: string;
  rank: FeedRank;
  latestMs: number;
  /** Oldest first. */
  statusIds: string[];
}

/** Not all seen, all seen, muted: in this order. */
export type FeedRank = 0 | 1 | 2;

export interface FeedPosition {
  rank: number;
  latestMs: number;
  userId: string;
}

/**
 * The groups of a feed in order, as it was at `asOf`: what is looked at or posted while somebody pages
 * does not move groups to pages that they have left behind.
 */
export function orderFeed(
  heads: readonly StatusHead[],
  { seen, muted, asOf }: { seen: ReadonlyMap<string, Date>; muted: ReadonlySet<string>; asOf: Date },
): FeedGroup[] {
  const byAuthor = new Map<string, StatusHead[]>();
  for (const head of heads) {
    if (head.createdAt <= asOf) byAuthor.set(head.userId, [...(byAuthor.get(head.userId) ?? []), head]);
  }
  const groups = [...byAuthor].map(([userId, ofAuthor]): FeedGroup => {
    const ordered = ofAuthor.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    const isAllSeen = ordered.every(({ id }) => {
      const viewedAt = seen.get(id);
      return viewedAt !== undefined && viewedAt <= asOf;
    });
    return {
      userId,
      rank: muted.has(userId) ? 2 : isAllSeen ? 1 : 0,
      latestMs: ordered.at(-1)?.createdAt.getTime() ?? 0,
      statusIds: ordered.map(({ id }) => id),
    };
  });
  return groups.toSorted(compare);
}

/** Whether a group stands behind a position. */
export function isBehind(group: FeedPosition, position: FeedPosition): boolean {
  return compare(group, position) > 0;
}

function compare(a: FeedPosition, b: FeedPosition): number {
  return (
    a.rank - b.rank || b.latestMs - a.latestMs || (a.userId < b.userId ? -1 : a.userId === b.userId ? 0 : 1)
  );
}
