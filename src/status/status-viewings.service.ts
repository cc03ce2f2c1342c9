import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ForbiddenError } from '../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { DomainEvents } from '../events/domain-events.js';
import { PrivacyService } from '../users/privacy.service.js';
import { StatusAccess } from './status-access.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import type { StatusRecord } from './status.record.js';
import { toOwnStatusView, type StatusView, type StatusViewerView } from './status.view.js';

/**
 * Who has seen what, and what they think of it. Read receipts decide what the author learns: while
 * either side has them off, a viewing counts for the viewer alone, then and later. A reaction tells.
 */
@Injectable()
export class StatusViewings {
  constructor(
    private readonly access: StatusAccess,
    private readonly viewings: StatusViewingsRepository,
    private readonly privacy: PrivacyService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Once per viewer; one's own views do not count. */
  async view(userId: string, statusId: string): Promise<void> {
    const status = await this.access.getVisible(userId, statusId);
    if (status.userId !== userId) await this.store(userId, status);
  }

  async react(userId: string, statusId: string, emoji: string): Promise<void> {
    const status = await this.access.getVisible(userId, statusId);
    if (status.userId === userId) throw new ForbiddenError("You can't react to your own status");
    await this.store(userId, status);
    if (await this.viewings.setEmoji(statusId, userId, emoji)) this.tellReaction(userId, status, emoji);
  }

  async unreact(userId: string, statusId: string): Promise<void> {
    const status = await this.access.getVisible(userId, statusId);
    if (await this.viewings.unsetEmoji(statusId, userId)) this.tellReaction(userId, status, null);
  }

  /** For the author alone, latest first. */
  async viewers(
    userId: string,
    statusId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<StatusViewerView>> {
    const after = cursor === undefined ? null : positionOf(cursor);
    await this.access.assertOwn(userId, statusId);
    const onlyReacted = !(await this.sendsReceipts(userId));
    const found = await this.viewings.findPage(statusId, { after, limit: limit + 1, onlyReacted });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((viewer) => ({ ...viewer, viewedAt: viewer.viewedAt.toISOString() })),
      nextCursor: last ? encodeCursor([last.viewedAt.getTime(), last.userId]) : null,
    };
  }

  /** Their author's views of these statuses, with as many viewers as the list has. */
  async ownViews(authorId: string, statuses: readonly StatusRecord[]): Promise<StatusView[]> {
    if (statuses.length === 0) return [];
    const onlyReacted = !(await this.sendsReceipts(authorId));
    const counts = await this.viewings.count(
      statuses.map(({ id }) => id),
      onlyReacted,
    );
    return statuses.map((status) => toOwnStatusView(status, counts.get(status.id) ?? 0));
  }

  async forget(statusId: string): Promise<void> {
    await this.viewings.removeOf(statusId);
  }

  private async store(viewerId: string, status: StatusRecord): Promise<void> {
    const { id: statusId, userId: authorId, expiresAt } = status;
    const receipts = await Promise.all([this.sendsReceipts(viewerId), this.sendsReceipts(authorId)]);
    const isShared = receipts.every(Boolean);
    const viewedAt = this.clock.now();
    const isNew = await this.viewings.insert({ statusId, viewerId, viewedAt, isShared, expiresAt });
    if (!isNew || !isShared) return;
    const at = viewedAt.toISOString();
    this.events.publish('status.viewed', { authorId, statusId, userId: viewerId, at });
  }

  private tellReaction(userId: string, status: StatusRecord, emoji: string | null): void {
    const at = this.clock.now().toISOString();
    this.events.publish('status.reacted', {
      authorId: status.userId,
      statusId: status.id,
      userId,
      emoji,
      at,
    });
  }

  private async sendsReceipts(userId: string): Promise<boolean> {
    return (await this.privacy.settingsOf(userId)).readReceipts;
  }
}

function positionOf(cursor: string): { viewedAt: Date; userId: string } {
  const [at, userId] = decodeCursor(cursor, ['number', 'id']);
  return { viewedAt: new Date(Number(at)), userId: String(userId) };
}
