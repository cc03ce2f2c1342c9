import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { MAX_LISTS, SharedQuery } from '../database/shared-query.js';
import { ChatMembersRepository, type Membership, type MembershipsPrint } from './chat-members.repository.js';

/** Memberships that are remembered, of all users together: some 500 bytes each. */
const MAX_REMEMBERED = 60_000;

const NO_PRINT: MembershipsPrint = { count: 0, writes: 0 };

interface Remembered {
  all: readonly Membership[];
  print: MembershipsPrint;
}

/**
 * The chats of somebody, always as the database has them at that moment. Who asked before is not read again
 * but compared by print, which takes one step in the index per chat and no document: nothing is to be
 * forgotten when a membership changes, on whichever node.
 */
@Injectable()
export class Memberships {
  private readonly remembered = new LRUCache<string, Remembered>({
    maxSize: MAX_REMEMBERED,
    sizeCalculation: ({ all }) => all.length + 1,
  });

  private readonly prints = new SharedQuery(
    async (userIds: string[]) => {
      const found = await this.members.findPrints([...new Set(userIds)]);
      return (userId: string) => found.get(userId) ?? NO_PRINT;
    },
    { maxQuestions: MAX_LISTS },
  );

  constructor(private readonly members: ChatMembersRepository) {}

  /** What `of` would compare, and answer itself if all is as it was: for a start on it meanwhile. */
  known(userId: string): readonly Membership[] | undefined {
    return this.remembered.get(userId)?.all;
  }

  /** Those in the user's past too. */
  async of(userId: string): Promise<readonly Membership[]> {
    const known = this.remembered.get(userId);
    if (known && isSame(known.print, await this.prints.ask(userId))) return known.all;
    const found = await this.members.findByUser(userId);
    this.remembered.set(userId, found);
    return found.all;
  }
}

function isSame(a: MembershipsPrint, b: MembershipsPrint): boolean {
  return a.count === b.count && a.writes === b.writes;
}
