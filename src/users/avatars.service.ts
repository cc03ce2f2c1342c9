import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { DomainEvents } from '../events/domain-events.js';
import { Uploads } from '../media/upload/uploads.service.js';
import type { UserRecord } from './user.record.js';
import { UsersService } from './users.service.js';

/** Pictures of people: square, made anew of what they send, one at a time. */
@Injectable()
export class Avatars {
  constructor(
    private readonly users: UsersService,
    private readonly uploads: Uploads,
    private readonly events: DomainEvents,
  ) {}

  /** From the form of a request. */
  async upload(userId: string, request: Request): Promise<UserRecord> {
    return this.set(userId, (await this.uploads.uploadAvatar(userId, request)).id);
  }

  /** From an image that they uploaded before; `null` takes the picture away. */
  async choose(userId: string, mediaId: string | null): Promise<UserRecord> {
    return this.set(userId, mediaId && (await this.uploads.avatarOf(userId, mediaId)).id);
  }

  private async set(userId: string, mediaId: string | null): Promise<UserRecord> {
    const { user, previousId } = await this.users.setAvatar(userId, mediaId);
    if (previousId !== null) this.events.publish('media.released', { mediaIds: [previousId] });
    return user;
  }
}
