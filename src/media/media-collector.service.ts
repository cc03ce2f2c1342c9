import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { DomainEvents } from '../events/domain-events.js';
import { MediaReferenceRegistry } from './media-references.js';
import { MediaRepository } from './media.repository.js';
import { fileKey, thumbnailKey } from './storage/keys.js';
import { MediaStorage } from './storage/media-storage.js';
import { Workspaces } from './upload/workspaces.js';

const BATCH = 100;
/** What is attached is looked at again after so long, should word of its end have been lost. */
export const RECHECK_MS = 30 * 24 * 3_600_000;
/** Longer than it takes to store what something is being attached to. */
export const RELEASE_MS = 10 * 60_000;
/** When a removal that failed is tried again. */
const RETRY_MS = 3_600_000;

/**
 * Removes media that nothing holds. Each has a time at which it is looked at: a day after its upload, then
 * monthly, or soon after something has let go of it. Who attaches it moves that time on first, and removing
 * begins with a write that only succeeds while the time is still past, so neither overtakes the other.
 */
@Injectable()
export class MediaCollector implements OnModuleInit {
  private readonly logger = new Logger(MediaCollector.name);
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly media: MediaRepository,
    private readonly references: MediaReferenceRegistry,
    private readonly storage: MediaStorage,
    private readonly workspaces: Workspaces,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.on('media.released', ({ mediaIds }) =>
      this.media.release(mediaIds, new Date(this.clock.nowMs() + RELEASE_MS)),
    );
  }

  /** Until nothing is due, one sweep of this node behind the other. Several nodes at once do no harm. */
  sweep(): Promise<void> {
    const run = () => this.sweepAll();
    this.last = this.last.then(run, run);
    return this.last;
  }

  private async sweepAll(): Promise<void> {
    // What was let go of a moment ago is noted first.
    await this.events.settled();
    await this.workspaces.clear();
    const now = this.clock.now();
    for (;;) {
      const due = await this.media.findDue(now, BATCH);
      if (due.length === 0) return;
      const held = await this.references.held(due);
      if (held.size > 0) await this.media.postpone([...held], new Date(now.getTime() + RECHECK_MS));
      for (const id of due.filter((each) => !held.has(each))) await this.remove(id, now);
    }
  }

  /** Its files first: what is left of a removal that breaks off is found again by its row. */
  private async remove(id: string, now: Date): Promise<void> {
    const retryAt = new Date(now.getTime() + RETRY_MS);
    if (!(await this.media.condemn(id, now, retryAt))) return;
    try {
      await this.storage.remove(fileKey(id));
      await this.storage.remove(thumbnailKey(id));
      await this.media.remove(id);
    } catch (error) {
      this.logger.error(`removing media ${id} failed: ${String(error)}`);
    }
  }
}
