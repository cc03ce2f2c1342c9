import { Injectable } from '@nestjs/common';

import { RateLimitedError } from '../../common/errors/app-error.js';

/** Uploads of one user at the same time, per node: an album goes up at once, a flood does not. */
const MAX_AT_ONCE = 12;

/** Each upload holds a connection and a file: nobody holds many. */
@Injectable()
export class UploadSlots {
  private readonly running = new Map<string, number>();

  async run<T>(userId: string, upload: () => Promise<T>): Promise<T> {
    const count = this.running.get(userId) ?? 0;
    if (count >= MAX_AT_ONCE) throw new RateLimitedError('media.upload', 1000);
    this.running.set(userId, count + 1);
    try {
      return await upload();
    } finally {
      const left = (this.running.get(userId) ?? 1) - 1;
      if (left > 0) this.running.set(userId, left);
      else this.running.delete(userId);
    }
  }
}
