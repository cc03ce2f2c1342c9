import { Injectable } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { SharedQuery } from '../../database/shared-query.js';
import { UsersService } from '../../users/users.service.js';
import {
  type DeletedMark,
  type MarkField,
  type MarkKey,
  MessageMarksRepository,
  type StarredMark,
  UNTOLD,
} from './message-marks.repository.js';

/** Marks that one answer of a sync brings. */
const MAX_SYNCED_MARKS = 1000;
const STARS_AT_ONCE = 500;

/** Of a view of a message. */
interface Starrable {
  id: string;
  expiresAt?: string;
  starred?: boolean;
}

/** What a device lacks of the messages that its user deleted for themselves. */
export interface DeletedBehind {
  marks: DeletedMark[];
  /** The `me` rev that they are complete up to; absent where they are up to today's. */
  upToRev?: number;
}

/**
 * What concerns one person alone about messages. The mark is stored first, and then told by the user's next
 * `me` rev; one that a crash left untold comes with every sync until somebody finishes it.
 */
@Injectable()
export class MessageMarks {
  private readonly untold = new SharedQuery(async (userIds: string[]) => {
    const found = await this.marks.findUntold([...new Set(userIds)]);
    return (userId: string) => found.get(userId) ?? [];
  });

  constructor(
    private readonly marks: MessageMarksRepository,
    private readonly users: UsersService,
    private readonly clock: Clock,
  ) {}

  /** Answers the `me` rev that tells of it; `null` where it was so before. */
  async set(key: MarkKey, chatId: string, field: MarkField): Promise<number | null> {
    return (await this.marks.set(key, chatId, field, this.clock.now())) ? this.tell(key) : null;
  }

  async unset(key: MarkKey, field: MarkField): Promise<number | null> {
    return (await this.marks.unset(key, field)) ? this.tell(key) : null;
  }

  /**
   * Makes views that were made for this user alone their own: with the star where they have set it. What has
   * disappeared took its star along, at that moment and not when it is swept, which tells no device.
   */
  async addStars(userId: string, messages: readonly Starrable[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    const alive = messages.filter(({ expiresAt }) => !expiresAt || Date.parse(expiresAt) > nowMs);
    const starred = await this.marks.findStarredAmong(
      userId,
      alive.map(({ id }) => id),
    );
    for (const message of alive) if (starred.has(message.id)) message.starred = true;
  }

  starred(userId: string, after: StarredMark | null, limit: number): Promise<StarredMark[]> {
    return this.marks.findStarred(userId, after, limit);
  }

  /** Of messages that have disappeared; nobody has to be told. */
  forgetStars(messageIds: readonly string[]): Promise<void> {
    return this.marks.forgetStars(messageIds);
  }

  async isStarred({ userId, messageId }: MarkKey): Promise<boolean> {
    return (await this.marks.findStarredAmong(userId, [messageId])).has(messageId);
  }

  /** Somebody's stars in one chat, part after part. */
  async *starredIn(userId: string, chatId: string): AsyncGenerator<string[]> {
    for (let after: string | null = null; ;) {
      const messageIds: string[] = await this.marks.findStarredIn(userId, chatId, after, STARS_AT_ONCE);
      if (messageIds.length > 0) yield messageIds;
      if (messageIds.length < STARS_AT_ONCE) return;
      after = messageIds.at(-1) ?? null;
    }
  }

  /** Of messages that are no longer theirs to see; the `me` rev of what took these away tells of it. */
  dropStars(userId: string, messageIds: readonly string[]): Promise<void> {
    return this.marks.unstar(userId, messageIds);
  }

  /** `meRev`: as it was a moment before. What is told later comes when that rev is behind. */
  async deletedBehind(userId: string, heldRev: number, meRev: number): Promise<DeletedBehind> {
    if (meRev <= heldRev) return { marks: await this.untold.ask(userId) };
    const found = await this.marks.findDeletedAfter(userId, heldRev, MAX_SYNCED_MARKS + 1);
    const marks = found.slice(0, MAX_SYNCED_MARKS);
    const last = marks.at(-1)?.rev ?? UNTOLD;
    return { marks, ...(found.length > MAX_SYNCED_MARKS && last < UNTOLD && { upToRev: last }) };
  }

  private async tell(key: MarkKey): Promise<number> {
    const rev = await this.users.bumpRev(key.userId);
    await this.marks.told(key, rev);
    return rev;
  }
}
