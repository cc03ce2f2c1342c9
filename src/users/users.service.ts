import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ConflictError, NotFoundError } from '../common/errors/app-error.js';
import { SharedQuery } from '../database/shared-query.js';
import { nameKeyOf } from './normalise.js';
import type { NewUser, ProfileChange, UserRecord } from './user.record.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class UsersService {
  private readonly revs = new SharedQuery(async (ids: string[]) => {
    const found = await this.users.findRevs([...new Set(ids)]);
    return (id: string) => orNotFound(found.get(id) ?? null);
  });

  constructor(
    private readonly users: UsersRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws ConflictError when the email has an account already, also one made in this moment. */
  async create(user: NewUser): Promise<UserRecord> {
    const created = await this.users.insert({
      ...user,
      nameKey: nameKeyOf(user.name),
      createdAt: this.clock.now(),
    });
    if (!created) throw new ConflictError('An account with this email exists already: log in instead');
    return created;
  }

  async getById(id: string): Promise<UserRecord> {
    return orNotFound(await this.users.findById(id));
  }

  /** Those that exist, in any order. */
  async findByIds(ids: readonly string[]): Promise<UserRecord[]> {
    return this.users.findByIds(ids);
  }

  /** @throws NotFoundError when any of them is missing, without saying which. */
  async assertAllExist(ids: readonly string[]): Promise<void> {
    const distinct = [...new Set(ids)];
    if (distinct.length === 0) return;
    if ((await this.users.countByIds(distinct)) !== distinct.length) throw new NotFoundError('User');
  }

  /** As `assertAllExist` for lists that clients keep: somebody on them may have deleted their account since. */
  async assertAllKnown(ids: readonly string[]): Promise<void> {
    const distinct = [...new Set(ids)];
    if (distinct.length === 0) return;
    if ((await this.users.countKnown(distinct)) !== distinct.length) throw new NotFoundError('User');
  }

  async isDeleted(userId: string): Promise<boolean> {
    return (await this.users.findById(userId))?.isDeleted === true;
  }

  /** The only ways to a hash, for `auth` alone. */
  async findByEmailWithHash(email: string): Promise<{ user: UserRecord; passwordHash: string } | null> {
    return this.users.findByEmailWithHash(email);
  }

  async findPasswordHash(userId: string): Promise<string | null> {
    return this.users.findPasswordHash(userId);
  }

  /** `false` when the hash is not `from` any more. */
  async updatePasswordHash(userId: string, { from, to }: { from: string; to: string }): Promise<boolean> {
    return this.users.replacePasswordHash(userId, from, to);
  }

  async updateProfile(userId: string, change: ProfileChange): Promise<UserRecord> {
    if (Object.keys(change).length === 0) return this.getById(userId);
    const nameKey = change.name === undefined ? {} : { nameKey: nameKeyOf(change.name) };
    return orNotFound(await this.users.updateProfile(userId, { ...change, ...nameKey }));
  }

  /** The user's picture is this stored file from now on; answers which one was it before. */
  async setAvatar(
    userId: string,
    mediaId: string | null,
  ): Promise<{ user: UserRecord; previousId: string | null }> {
    const set = await this.users.setAvatar(userId, mediaId);
    if (!set) throw new NotFoundError('User');
    return set;
  }

  /** After a change that is stored beside the user (contacts, blocks): other devices find it by their sync. */
  async bumpRev(userId: string): Promise<number> {
    return this.users.bumpRev(userId);
  }

  async bumpRevs(userIds: readonly string[]): Promise<void> {
    await this.users.bumpRevs(userIds);
  }

  async recordLastSeen(userIds: readonly string[], at: Date): Promise<void> {
    await this.users.recordLastSeen(userIds, at);
  }

  /** The rev of what concerns this user alone. */
  meRev(userId: string): Promise<number> {
    return this.revs.ask(userId);
  }
}

function orNotFound<T>(found: T | null): T {
  if (found === null) throw new NotFoundError('User');
  return found;
}
