import { Injectable, Logger } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import { Clock } from '../common/clock.js';
import { NotFoundError, UnauthenticatedError } from '../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { AppConfig } from '../config/app-config.js';
import { newObjectId } from '../database/object-id.js';
import { SharedQuery, UNHURRIED } from '../database/shared-query.js';
import { DomainEvents } from '../events/domain-events.js';
import { hashOf, isHashOf, newRefreshToken, parseRefreshToken, type RefreshToken } from './refresh-token.js';
import { LiveSessions } from './live-sessions.js';
import { type SessionRecord, SessionsRepository } from './sessions.repository.js';

/** `lastUsedAt` is for people: a write per request would be too dear. */
const USE_NOTED_EVERY_MS = 10 * 60_000;

/** The logins of users: each is one device with one refresh token, and lives until it is ended or unused too long. */
@Injectable()
export class SessionsService {
  private readonly logger = new Logger(SessionsService.name);
  private readonly used = new SharedQuery(
    async (ids: string[]) => {
      await this.sessions.markUsed(ids, this.clock.now());
      return () => undefined;
    },
    { pause: UNHURRIED },
  );

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly live: LiveSessions,
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly events: DomainEvents,
  ) {}

  async open(
    userId: string,
    deviceName: string | null,
  ): Promise<{ sessionId: string; refreshToken: string }> {
    const now = this.clock.now();
    const token = newRefreshToken(newObjectId().toHexString());
    // The user's own old ones go here, so that they stay few even where the store clears nothing away.
    await this.sessions.removeExpired(userId, now);
    await this.sessions.insert({
      id: token.sessionId,
      userId,
      deviceName,
      refreshHash: hashOf(token.text),
      familyHash: hashOf(token.family),
      createdAt: now,
      expiresAt: this.expiryFrom(now),
    });
    return { sessionId: token.sessionId, refreshToken: token.text };
  }

  /**
   * A new refresh token for the current one. An older one means that two hold this session: it ends,
   * for the thief and for the owner, who logs in again.
   */
  async rotate(refreshToken: string): Promise<{ userId: string; sessionId: string; refreshToken: string }> {
    const token = parseRefreshToken(refreshToken);
    if (!token) throw refused();
    const { sessionId, family } = token;
    const next = newRefreshToken(sessionId, family);
    const now = this.clock.now();
    const rotated = await this.sessions.rotate({
      id: sessionId,
      fromHash: hashOf(token.text),
      toHash: hashOf(next.text),
      now,
      expiresAt: this.expiryFrom(now),
    });
    if (rotated) return { userId: rotated.userId, sessionId, refreshToken: next.text };
    await this.endIfReused(token);
    throw refused();
  }

  /**
   * It covers the account too: who deletes a user ends all their sessions (`endAll`).
   * @throws UnauthenticatedError when the session was ended, has expired or never was.
   */
  async assertLive(user: Pick<AuthUser, 'userId' | 'sessionId'>): Promise<void> {
    const now = this.clock.now();
    const use = await this.live.find(user, now);
    if (!use) throw new UnauthenticatedError('This login has ended: log in again');
    if (now.getTime() - use.lastUsedAt.getTime() < USE_NOTED_EVERY_MS) return;
    use.lastUsedAt = now;
    const { sessionId } = user;
    this.used.ask(sessionId).catch((error: unknown) => {
      this.logger.warn('the last use of a session was not noted', { sessionId, error: String(error) });
    });
  }

  /** Those that are not live any more. */
  async endedAmong(ids: readonly string[]): Promise<string[]> {
    const live = await this.sessions.findLive(ids, this.clock.now());
    return ids.filter((id) => !live.has(id));
  }

  async list(userId: string, { cursor, limit = DEFAULT_PAGE }: PageQueryDto): Promise<Page<SessionRecord>> {
    const beforeId = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
    const found = await this.sessions.findLivePage(userId, {
      beforeId,
      limit: limit + 1,
      now: this.clock.now(),
    });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: found.length > limit && last ? encodeCursor([last.id]) : null };
  }

  /** @throws NotFoundError for a session that is not there, or another user's. */
  async end(userId: string, sessionId: string): Promise<void> {
    if (!(await this.close({ userId, sessionId }))) throw new NotFoundError('Session');
  }

  /** The same for who just wants it gone: `false` when it was already. */
  async close({ userId, sessionId }: Pick<AuthUser, 'userId' | 'sessionId'>): Promise<boolean> {
    const isGone = await this.sessions.remove(userId, sessionId);
    if (isGone) this.publishEnd(userId, [sessionId]);
    return isGone;
  }

  async endOthers({ userId, sessionId }: Pick<AuthUser, 'userId' | 'sessionId'>): Promise<void> {
    this.publishEnd(userId, await this.sessions.removeAllBut(userId, sessionId));
  }

  /** For an account that goes. */
  async endAll(userId: string): Promise<void> {
    this.publishEnd(userId, await this.sessions.removeAllBut(userId, null));
  }

  private publishEnd(userId: string, sessionIds: string[]): void {
    if (sessionIds.length > 0) this.events.publish('session.revoked', { userId, sessionIds });
  }

  private async endIfReused({ sessionId, family }: RefreshToken): Promise<void> {
    const session = await this.sessions.findFamily(sessionId);
    if (!session || !isHashOf(family, session.familyHash)) return;
    this.logger.warn('a refresh token was used twice: its session ends', {
      userId: session.userId,
      sessionId,
    });
    await this.close({ userId: session.userId, sessionId });
  }

  private expiryFrom(now: Date): Date {
    return new Date(now.getTime() + this.config.refreshExpiresInSeconds * 1000);
  }
}

function refused(): UnauthenticatedError {
  return new UnauthenticatedError('This refresh token is not valid: log in again');
}
