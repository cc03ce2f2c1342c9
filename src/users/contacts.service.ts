import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ConflictError, ValidationError } from '../common/errors/app-error.js';
import { SharedQuery } from '../database/shared-query.js';
import { DomainEvents } from '../events/domain-events.js';
import { ContactsRepository } from './contacts.repository.js';
import { UsersService } from './users.service.js';

/** The most people that one user may save. */
export const MAX_CONTACTS = 5000;

/** The people whom a user has saved. The list is theirs alone: nobody is told that they are on it. */
@Injectable()
export class ContactsService {
  private readonly owners = new SharedQuery(async (asked: { userId: string; limit: number }[]) => {
    const userIds = [...new Set(asked.map(({ userId }) => userId))];
    const all = await this.contacts.findOwnersOfAll(userIds, Math.min(...asked.map(({ limit }) => limit)));
    // Somebody whom thousands have saved would take the room of the others.
    return ({ userId, limit }) => (all ? (all.get(userId) ?? []) : this.contacts.findOwners(userId, limit));
  });

  constructor(
    private readonly contacts: ContactsRepository,
    private readonly users: UsersService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Ids of the people saved, ascending. */
  findPage(userId: string, page: { afterId: string | null; limit: number }): Promise<string[]> {
    return this.contacts.findPage(userId, page);
  }

  /** Who has saved this user: for what these people show their contacts. Never told to anybody. */
  ownersOf(userId: string, limit: number): Promise<string[]> {
    return this.owners.ask({ userId, limit });
  }

  async hasSaved(ownerId: string, userId: string): Promise<boolean> {
    return (await this.contacts.findAmong(ownerId, [userId])).has(userId);
  }

  /** Of `ownerIds` those who have saved the user. */
  ownersAmong(userId: string, ownerIds: readonly string[]): Promise<Set<string>> {
    return this.contacts.findOwnersAmong(userId, ownerIds);
  }

  /** Idempotent. The rev moves on each call: a retry also finishes what a crash left between the writes. */
  async save(userId: string, contactId: string): Promise<void> {
    if (userId === contactId) throw ValidationError.of('userId', 'isOther', 'userId must be somebody else');
    await this.users.assertAllExist([contactId]);
    if (!(await this.contacts.hasRoomFor(userId, contactId, MAX_CONTACTS)))
      throw new ConflictError(`You can save at most ${MAX_CONTACTS} contacts`);
    await this.contacts.add(userId, contactId, this.clock.now());
    this.events.publish('contact.saved', { userId, contactId });
    await this.users.bumpRev(userId);
  }

  async remove(userId: string, contactId: string): Promise<void> {
    await this.contacts.remove(userId, contactId);
    this.events.publish('contact.removed', { userId, contactId });
    await this.users.bumpRev(userId);
  }
}
