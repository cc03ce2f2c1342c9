import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { Clock } from '../common/clock.js';
import { ConflictError, ValidationError } from '../common/errors/app-error.js';
import { SharedQuery } from '../database/shared-query.js';
import { DomainEvents } from '../events/domain-events.js';
import { BlocksRepository, type BlocksBetween } from './blocks.repository.js';
import { UsersService } from './users.service.js';

/** The most people that one user may block. */
export const MAX_BLOCKS = 5000;

/** Each may have thousands of blocks around them. */
const USERS_AT_ONCE = 50;

/**
 * Blocks: what the blocked one meets everywhere is what strict privacy settings would answer. The
 * decisions are `PrivacyService`'s; what they rest on is here.
 */
@Injectable()
export class BlocksService implements OnModuleInit {
  /** For signals that come by the dozen (typing); a promise, so that a load under way is dropped as well. */
  private readonly around = new LRUCache<string, Promise<BlocksBetween>>({ max: 10_000, ttl: 60_000 });

  private readonly lookedUp = new SharedQuery(
    async (userIds: string[]) => {
      const around = await this.blocks.findAround([...new Set(userIds)]);
      return (userId): BlocksBetween => around.get(userId) ?? { blockers: new Set(), blocked: new Set() };
    },
    { maxQuestions: USERS_AT_ONCE },
  );

  constructor(
    private readonly blocks: BlocksRepository,
    private readonly users: UsersService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const forget = ({ userId, blockedId }: { userId: string; blockedId: string }) => {
      this.around.delete(userId);
      this.around.delete(blockedId);
    };
    this.events.onAnywhere('user.blocked', forget);
    this.events.onAnywhere('user.unblocked', forget);
    this.events.onGap(() => this.around.clear());
  }

  /** Ids of the people blocked, ascending. */
  findPage(userId: string, page: { afterId: string | null; limit: number }): Promise<string[]> {
    return this.blocks.findPage(userId, page);
  }

  /** Idempotent; the event comes before the answer, so whoever asks after it finds the block at work. */
  async block(userId: string, blockedId: string): Promise<void> {
    if (userId === blockedId) throw ValidationError.of('userId', 'isOther', 'userId must be somebody else');
    await this.users.assertAllExist([blockedId]);
    if (!(await this.blocks.hasRoomFor(userId, blockedId, MAX_BLOCKS)))
      throw new ConflictError(`You can block at most ${MAX_BLOCKS} people`);
    await this.blocks.add(userId, blockedId, this.clock.now());
    this.events.publish('user.blocked', { userId, blockedId });
    await this.users.bumpRev(userId);
  }

  /** Idempotent, also for somebody who was never blocked or does not exist. */
  async unblock(userId: string, blockedId: string): Promise<void> {
    await this.blocks.remove(userId, blockedId);
    this.events.publish('user.unblocked', { userId, blockedId });
    await this.users.bumpRev(userId);
  }

  /** What stands between the two: who of them has blocked the other. */
  async between(userId: string, otherId: string): Promise<{ isBlocked: boolean; hasBlocked: boolean }> {
    const { blockers, blocked } = await this.blocks.findBetween(userId, [otherId]);
    return { isBlocked: blockers.has(otherId), hasBlocked: blocked.has(otherId) };
  }

  /** Of `otherIds` those whom the user has blocked, and since when. */
  blockedSince(userId: string, otherIds: readonly string[]): Promise<Map<string, Date>> {
    return this.blocks.findSince(userId, otherIds);
  }

  /** Of `otherIds` those who blocked the user or are blocked by them; asks the database, not a cache. */
  async blockedEitherWay(userId: string, otherIds: readonly string[]): Promise<Set<string>> {
    if (otherIds.length === 0) return new Set();
    const { blockers, blocked } = await this.blocks.findBetween(userId, otherIds);
    return new Set([...blockers, ...blocked]);
  }

  /** `ids` without those who blocked the user or are blocked by them. Rarely a query. */
  async withoutBlocked(userId: string, ids: readonly string[]): Promise<string[]> {
    let around = this.around.get(userId);
    if (!around) {
      around = this.lookedUp.ask(userId);
      this.around.set(userId, around);
      around.catch(() => this.around.delete(userId));
    }
    const { blockers, blocked } = await around;
    return ids.filter((id) => !blockers.has(id) && !blocked.has(id));
  }
}
