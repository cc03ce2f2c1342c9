import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { StatusFeed } from './status-feed.service.js';
import { StatusViewings } from './status-viewings.service.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import { toSeenStatusView, type StatusView } from './status.view.js';
import { StatusListsRepository, type StatusPosition } from './status-lists.repository.js';

/** Statuses of one answer of a sync, the user's own included. */
export const MAX_SYNC_STATUSES = 500;

/** One's own statuses, and all that a device must hold. */
@Injectable()
export class StatusLists {
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
    const [own, heads, seen] = await Promise.all([
      this.statuses.findLiveOf(userId, now, { after: null, limit }),
      this.feed.visibleHeads(userId, now, limit),
      this.seen.findSeen(userId, now),
    ]);
    const ids = heads.map(({ id }) => id);
    const [ownViews, others] = await Promise.all([
      this.viewings.ownViews(userId, own),
      ids.length > 0 ? this.statuses.findLiveByIds(ids, now) : [],
    ]);
    const items = [...ownViews, ...others.map((status) => toSeenStatusView(status, seen))];
    items.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
    return { items: items.slice(0, MAX_SYNC_STATUSES), hasMore: items.length > MAX_SYNC_STATUSES };
  }
}

function positionOf(cursor: string): StatusPosition {
  const [at, id] = decodeCursor(cursor, ['number', 'id']);
  return { expiresAt: new Date(Number(at)), id: String(id) };
}
