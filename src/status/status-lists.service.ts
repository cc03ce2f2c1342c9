import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { SharedQuery } from '../database/shared-query.js';
import { StatusFeed } from './status-feed.service.js';
import { StatusViewings } from './status-viewings.service.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import type { StatusHead } from './status.record.js';
import { toSeenStatusView, type StatusView } from './status.view.js';
import { StatusListsRepository, type StatusPosition } from './status-lists.repository.js';

/** Statuses of one answer of a sync, the user's own included. */
export const MAX_SYNC_STATUSES = 500;

/** One's own statuses, and all that a device must hold. */
@Injectable()
export class StatusLists {
  private readonly isAuthor = new SharedQuery(async (userIds: string[]) => {
    const authors = await this.statuses.findAuthorsAmong([...new Set(userIds)], this.clock.now());
    return (userId: string) => authors.has(userId);
  });

  constructor(
    private readonly statuses: StatusListsRepository,
    private readonly feed: StatusFeed,
    private readonly viewings: StatusViewings,
    private readonly seen: StatusViewingsRepository,
    private readonly clock: Clock,
  ) {}

  /** One's own live ones, newest first, with how many have seen them. */
  async mine(userId: string, { cursor, limit = DEFAULT_PAGE }: PageQueryDto): Promise<Page<StatusView>> {
    const after = cursor === undefined ? null : positionOf(cursor);
    const found = await this.statuses.findLiveOf(userId, this.clock.now(), { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: await this.viewings.ownViews(userId, page),
      nextCursor: last ? encodeCursor([last.expiresAt.getTime(), last.id]) : null,
    };
  }

  /** All live ones that the user may see and their own, newest first: what a device holds besides is gone. */
  async live(userId: string): Promise<{ items: StatusView[]; hasMore: boolean }> {
    const now = this.clock.now();
    const limit = MAX_SYNC_STATUSES + 1;
    const [own, heads] = await Promise.all([
      this.own(userId, now, limit),
      this.feed.visibleHeads(userId, now, limit),
    ]);
    const items = [...own, ...(heads.length > 0 ? await this.seenViews(userId, heads, now) : [])];
    items.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
    return { items: items.slice(0, MAX_SYNC_STATUSES), hasMore: items.length > MAX_SYNC_STATUSES };
  }

  /** Most people have none: those who sync at a time learn that by one query. */
  private async own(userId: string, now: Date, limit: number): Promise<StatusView[]> {
    if (!(await this.isAuthor.ask(userId))) return [];
    return this.viewings.ownViews(
      userId,
      await this.statuses.findLiveOf(userId, now, { after: null, limit }),
    );
  }

  private async seenViews(userId: string, heads: StatusHead[], now: Date): Promise<StatusView[]> {
    const ids = heads.map(({ id }) => id);
    const [statuses, seen] = await Promise.all([
      this.statuses.findLiveByIds(ids, now),
      this.seen.findSeen(userId, now),
    ]);
    return statuses.map((status) => toSeenStatusView(status, seen));
  }
}

function positionOf(cursor: string): StatusPosition {
  const [at, id] = decodeCursor(cursor, ['number', 'id']);
  return { expiresAt: new Date(Number(at)), id: String(id) };
}
