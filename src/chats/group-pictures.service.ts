import { Injectable } from '@nestjs/common';

import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import { DomainEvents } from '../events/domain-events.js';
import { MediaLibrary } from '../media/media-library.service.js';
import { Uploads } from '../media/upload/uploads.service.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import type { ChatInfo } from './log/chat-profile.js';

/** What a change of the picture changes of the info; nothing where it is to stay. */
export type PictureChange = Partial<Pick<ChatInfo, 'avatarMediaId' | 'avatarSourceId'>>;

/** Pictures of groups: square, made anew of what a member has uploaded. */
@Injectable()
export class GroupPictures {
  constructor(
    private readonly library: MediaLibrary,
    private readonly uploads: Uploads,
    private readonly limiter: RateLimiter,
    private readonly events: DomainEvents,
  ) {}

  /** @throws MediaNotFoundError for what is not the user's own. */
  async make(userId: string, uploadId: string, { avatarSourceId }: ChatInfo): Promise<PictureChange> {
    await this.library.take(userId, [uploadId]);
    if (avatarSourceId === uploadId) return {};
    await this.limiter.consume('media.upload', userId);
    const { id } = await this.uploads.avatarOf(userId, uploadId);
    return { avatarMediaId: id, avatarSourceId: uploadId };
  }

  /** Lets go of the one before, and of one that was made for a change that did not come to be. */
  settle({ avatarMediaId: made }: PictureChange, before: ChatInfo, stored: ChatLogRow | null): void {
    const isChanged = stored?.changed?.includes('avatarMediaId') ?? false;
    const unused = isChanged ? before.avatarMediaId : made;
    if (unused) this.events.publish('media.released', { mediaIds: [unused] });
  }
}
