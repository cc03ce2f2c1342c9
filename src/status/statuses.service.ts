import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import {
  AppError,
  ConflictError,
  NotFoundError,
  RateLimitedError,
  ValidationError,
} from '../common/errors/app-error.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import type { PostStatusDto } from './dto/post-status.dto.js';
import { type PostedTo, StatusAudience } from './status-audience.service.js';
import { StatusQuotasRepository } from './status-quotas.repository.js';
import { StatusMedia } from './status-media.js';
import { StatusViewings } from './status-viewings.service.js';
import { toOwnStatusView, toStatusView, type StatusView } from './status.view.js';
import { type KeyedStatus, StatusesRepository } from './statuses.repository.js';
import type { StatusContent, StatusRecord } from './status.record.js';

const DAY_MS = 86_400_000;

/** Statuses that one user may post in 24 hours, deleted ones included. */
export const MAX_STATUSES_PER_DAY = 100;

/** Posting and taking back. */
@Injectable()
export class StatusesService {
  constructor(
    private readonly statuses: StatusesRepository,
    private readonly quotas: StatusQuotasRepository,
    private readonly audience: StatusAudience,
    private readonly viewings: StatusViewings,
    private readonly media: StatusMedia,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** `isNew` is false for a retry with the same key, which gets the first status and tells nobody again. */
  async post(
    userId: string,
    dto: PostStatusDto,
    key?: string,
  ): Promise<{ status: StatusView; isNew: boolean }> {
    const content = checkedContent(dto);
    const keyed = key === undefined ? null : { creationKey: `${userId}:${key}`, contentHash: hashOf(dto) };
    const first = keyed && (await this.findFirst(keyed.creationKey));
    if (keyed && first) return { status: await this.answered(first, keyed.contentHash), isNew: false };
    const to = await this.audience.freeze(userId, dto.audience);
    const withMedia = await this.withMedia(userId, content);
    await this.takePlace(userId);
    const status = await this.insert(userId, { ...withMedia, ...keyed }, to);
    if (status) return { status: toOwnStatusView(status, 0), isNew: true };
    // A retry was faster than this first try.
    const winner = keyed && (await this.findFirst(keyed.creationKey));
    if (!keyed || !winner) throw new ConflictError('This Idempotency-Key is in use: try again');
    return { status: await this.answered(winner, keyed.contentHash), isNew: false };
  }

  /** Gone at once for everybody; whoever may see it is told. */
  async remove(userId: string, statusId: string): Promise<void> {
    const removed = await this.statuses.remove(statusId, userId, this.clock.now());
    if (!removed) throw new NotFoundError('Status');
    await this.viewings.forget(statusId);
    const recipientIds = await this.audience.reach(userId, removed.level, removed.viewerIds);
    if (removed.mediaId !== undefined) this.events.publish('media.released', { mediaIds: [removed.mediaId] });
    this.events.publish('status.deleted', { statusId, recipientIds: [userId, ...recipientIds] });
  }

  private async insert(
    userId: string,
    content: StatusContent & { creationKey?: string; contentHash?: string },
    { audience, viewerIds, recipientIds }: PostedTo,
  ): Promise<StatusRecord | null> {
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + this.config.statusTtlMs);
    const keyEnds = createdAt.getTime() + (content.creationKey ? DAY_MS : 0);
    const purgeAt = new Date(Math.max(expiresAt.getTime(), keyEnds));
    const status = await this.statuses.insert({
      ...content,
      userId,
      audience,
      viewerIds,
      createdAt,
      expiresAt,
      purgeAt,
    });
    if (status) {
      const own = toOwnStatusView(status, 0);
      this.events.publish('status.created', { status: toStatusView(status), own, recipientIds });
    }
    return status;
  }

  private async withMedia(userId: string, content: StatusContent): Promise<StatusContent> {
    const { type, mediaId } = content;
    if (mediaId === undefined) return content;
    const expiresAt = new Date(this.clock.nowMs() + this.config.statusTtlMs);
    return { ...content, media: await this.media.take(userId, { type, mediaId }, expiresAt) };
  }

  private async takePlace(userId: string): Promise<void> {
    const now = this.clock.now();
    const quota = { limit: MAX_STATUSES_PER_DAY, windowMs: DAY_MS };
    const freeAt = await this.quotas.take(userId, now, quota);
    if (freeAt) throw new RateLimitedError('status.post', Math.max(freeAt.getTime() - now.getTime(), 1));
  }

  private async findFirst(creationKey: string): Promise<KeyedStatus | null> {
    const now = this.clock.now();
    await this.statuses.releaseCreationKey(creationKey, new Date(now.getTime() - DAY_MS));
    return this.statuses.findByCreationKey(creationKey, now);
  }

  private async answered({ status, contentHash }: KeyedStatus, wantedHash: string): Promise<StatusView> {
    if (contentHash !== wantedHash)
      throw new ConflictError('This Idempotency-Key was used for another status: make a new key');
    if (!status) throw new AppError('GONE', 'The status that this Idempotency-Key made is gone');
    const [own] = await this.viewings.ownViews(status.userId, [status]);
    return own as StatusView; // one for one
  }
}

function checkedContent({ type, text, mediaId, backgroundColor }: PostStatusDto): StatusContent {
  if (type === 'text') {
    if (text === undefined) throw required('text', type);
    if (mediaId !== undefined) throw needless('mediaId', type);
    return { type, text, ...(backgroundColor !== undefined && { backgroundColor }) };
  }
  if (mediaId === undefined) throw required('mediaId', type);
  if (backgroundColor !== undefined) throw needless('backgroundColor', type);
  return { type, mediaId, ...(text !== undefined && { text }) };
}

function required(field: string, type: string): ValidationError {
  return ValidationError.of(field, 'required', `A status of type "${type}" needs ${field}`);
}

function needless(field: string, type: string): ValidationError {
  return ValidationError.of(field, 'whitelistValidation', `${field} does not go with type "${type}"`);
}

/** What the caller asked for, whatever their privacy settings made of it. */
function hashOf({ type, text, mediaId, backgroundColor, audience }: PostStatusDto): string {
  const asked = [type, text, mediaId, backgroundColor, audience?.level, audience?.userIds?.toSorted()];
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
}
