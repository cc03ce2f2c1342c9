import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { NotFoundError } from '../common/errors/app-error.js';
import type { Attachment } from './attachment.js';
import { MediaRepository } from './media.repository.js';
import { toAttachment } from './media.view.js';

/** So long an upload waits for being attached. */
export const UNATTACHED_MS = 24 * 3_600_000;

/** One of the uploads is not theirs, or not there any more. */
export class MediaNotFoundError extends NotFoundError {
  constructor() {
    super('Media');
  }
}

/** For features that attach what was uploaded. */
@Injectable()
export class MediaLibrary {
  constructor(
    private readonly media: MediaRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * What the owner's uploads are, in the order given. They are kept for a day from now on, so that the
   * collector can't take them before what they are attached to is stored.
   *
   * @throws MediaNotFoundError when any is not theirs, without saying which.
   */
  async take(ownerId: string, mediaIds: readonly string[], until = this.dayFromNow()): Promise<Attachment[]> {
    await this.media.hold(mediaIds, until, ownerId);
    const found = await this.media.findReadyOf(ownerId, mediaIds);
    const byId = new Map(found.map((media) => [media.id, toAttachment(media)]));
    return mediaIds.map((id) => {
      const attachment = byId.get(id);
      if (!attachment) throw new MediaNotFoundError();
      return attachment;
    });
  }

  /** Before something that shows media of others is stored once more, such as a message that is forwarded. */
  async hold(mediaIds: readonly string[]): Promise<void> {
    const kept = await this.media.hold(mediaIds, this.dayFromNow());
    if (kept < new Set(mediaIds).size) throw new MediaNotFoundError();
  }

  /** As `hold`, of those that are still there. */
  async holdRemaining(mediaIds: readonly string[]): Promise<void> {
    await this.media.hold(mediaIds, this.dayFromNow());
  }

  private dayFromNow(): Date {
    return new Date(this.clock.nowMs() + UNATTACHED_MS);
  }
}
