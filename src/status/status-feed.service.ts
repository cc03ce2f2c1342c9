import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { UserViews } from '../users/user-views.service.js';
import { type FeedGroup, type FeedPosition, isBehind, orderFeed } from './feed-order.js';
import { StatusAudience } from './status-audience.service.js';
import { StatusMutesRepository } from './status-mutes.repository.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import type { StatusHead } from './status.record.js';
import { type StatusGroupView, toSeenStatusView } from './status.view.js';
import { StatusListsRepository } from './status-lists.repository.js';

/** The newest statuses that a feed is made of, so that its order costs the same for everybody. */
const MAX_FEED_STATUSES = 5000;
/** A page ends with the group that fills it, however many groups were asked for. */
const STATUSES_PER_PAGE = 500;

/** What somebody may see of others, by author. */
@Injectable()
export class StatusFeed {
  constructor(
    private readonly statuses: StatusListsRepository,
    private readonly audience: StatusAudience,
    private readonly seen: StatusViewingsRepository,
    private readonly mutes: StatusMutesRepository,
    private readonly users: UserViews,
    private readonly clock: Clock,
  ) {}

  /** Grouped by author, what is unseen first; eight queries, whatever the number of authors. */
  async feed(userId: string, { cursor, limit = DEFAULT_PAGE }: PageQueryDto): Promise<Page<StatusGroupView>> {
    const now = this.clock.now();
    const { asOf, after } = cursor === undefined ? { asOf: now, after: null } : positionOf(cursor);
    const heads = await this.visibleHeads(userId, now, MAX_FEED_STATUSES);
    const [seen, muted] = await Promise.all([
      this.seen.findSeen(userId, now),
      this.mutes.findMuted(userId, [...new Set(heads.map((head) => head.userId))]),
    ]);
    const groups = orderFeed(heads, { seen, muted, asOf });
    const rest = after ? groups.filter((group) => isBehind(group, after)) : groups;
    const page = rest.slice(0, pageEnd(rest, limit));
    const last = page.length < rest.length ? page.at(-1) : undefined;
    return {
      items: await this.groupViews(userId, page, { seen, muted }),
      nextCursor: last ? encodeCursor([asOf.getTime(), last.rank, last.latestMs, last.userId]) : null,
    };
  }

  /** What the user may see at this moment, newest first. */
  async visibleHeads(userId: string, now: Date, limit: number): Promise<StatusHead[]> {
    const authors = await this.audience.authorsFor(userId);
    const heads = await this.statuses.findHeadsFor(userId, authors, { now, limit });
    const blocked = await this.audience.blockedAround(userId, [...new Set(heads.map((head) => head.userId))]);
    return heads.filter((head) => !blocked.has(head.userId));
  }

  private async groupViews(
    viewerId: string,
    groups: FeedGroup[],
    { seen, muted }: { seen: ReadonlyMap<string, Date>; muted: ReadonlySet<string> },
  ): Promise<StatusGroupView[]> {
    const [users, statuses] = await Promise.all([
      this.users.byIds(
        viewerId,
        groups.map(({ userId }) => userId),
      ),
      this.statuses.findLiveByIds(
        groups.flatMap(({ statusIds }) => statusIds),
        this.clock.now(),
      ),
    ]);
    const userById = new Map(users.map((user) => [user.id, user]));
    const statusById = new Map(statuses.map((status) => [status.id, status]));
    return groups.flatMap(({ userId, statusIds }) => {
      const user = userById.get(userId);
      const found = statusIds.flatMap((id) => statusById.get(id) ?? []);
      if (!user || found.length === 0) return []; // gone while we looked
      const views = found.map((status) => toSeenStatusView(status, seen));
      const allViewed = views.every(({ viewed }) => viewed);
      return [{ user, muted: muted.has(userId), allViewed, statuses: views }];
    });
  }
}

/** Behind which group a page ends. */
function pageEnd(groups: FeedGroup[], limit: number): number {
  let room = STATUSES_PER_PAGE;
  const filling = groups.findIndex(({ statusIds }) => (room -= statusIds.length) <= 0);
  return Math.min(limit, filling < 0 ? groups.length : filling + 1);
}

function positionOf(cursor: string): { asOf: Date; after: FeedPosition } {
  const [asOf, rank, latestMs, userId] = decodeCursor(cursor, ['number', 'number', 'number', 'id']);
  const after = { rank: Number(rank), latestMs: Number(latestMs), userId: String(userId) };
  return { asOf: new Date(Number(asOf)), after };
}
