import { Injectable } from '@nestjs/common';

import { type ExpiredMessage, ExpiredMessagesRepository } from '../chats/log/expired-messages.repository.js';
import { MessageCopies } from '../chats/log/message-copies.js';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../events/domain-events.js';
import { MessageMarks } from './marks/message-marks.service.js';

/** Messages per step: a step is short, so it never holds up what people do. */
const BATCH = 200;
/** Longer than a write is tried: an answer or an edit that was begun in time is stored by then, and goes too. */
export const EXPIRY_GRACE_MS = 30_000;

/**
 * Takes what disappeared messages said out of the database. Nobody can read it from their very moment on,
 * whenever this runs; it may run anywhere, at once, and be cut off.
 */
@Injectable()
export class MessageExpiry {
  constructor(
    private readonly expired: ExpiredMessagesRepository,
    private readonly copies: MessageCopies,
    private readonly marks: MessageMarks,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  async sweep(): Promise<void> {
    const until = new Date(this.clock.nowMs() - EXPIRY_GRACE_MS);
    let due: ExpiredMessage[];
    do {
      due = await this.expired.findDue(until, BATCH);
      if (due.length > 0) await this.remove(due);
    } while (due.length === BATCH);
  }

  /** The messages themselves last: as long as anything else of them is left, they are due. */
  private async remove(due: ExpiredMessage[]): Promise<void> {
    const ids = due.map(({ id }) => id);
    await this.copies.forget(ids);
    await this.marks.forgetStars(ids);
    await this.expired.forgetQuotes(ids);
    await this.expired.forgetChanges(ids);
    const mediaIds = due.flatMap((message) => message.mediaIds);
    // Before they are let go: a crash in between would be noticed a month later. The collector looks in minutes.
    if (mediaIds.length > 0) this.events.publish('media.released', { mediaIds });
    await this.expired.clear(ids);
  }
}
