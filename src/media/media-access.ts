import { Injectable } from '@nestjs/common';

import { NotFoundError } from '../common/errors/app-error.js';
import { MediaReferenceRegistry } from './media-references.js';
import type { MediaRecord } from './media.record.js';
import { MediaRepository } from './media.repository.js';

/** Who may read a stored file: the one place. To all others it looks as if it had never been there. */
@Injectable()
export class MediaAccess {
  constructor(
    private readonly media: MediaRepository,
    private readonly references: MediaReferenceRegistry,
  ) {}

  /** @throws NotFoundError unless it is theirs, or something that they may see holds it. */
  async getReadable(userId: string, mediaId: string): Promise<MediaRecord> {
    const media = await this.get(mediaId);
    if (media.ownerId !== userId && !(await this.references.show(userId, media)))
      throw new NotFoundError('Media');
    return media;
  }

  /** Whoever asks. */
  async get(mediaId: string): Promise<MediaRecord> {
    const media = await this.media.findReady(mediaId);
    if (!media) throw new NotFoundError('Media');
    return media;
  }
}
