import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ValidationError } from '../common/errors/app-error.js';
import type { Attachment } from '../media/attachment.js';
import { MediaLibrary, UNATTACHED_MS } from '../media/media-library.service.js';
import { MediaReferenceRegistry, type MediaReferences } from '../media/media-references.js';
import { StatusAudience } from './status-audience.service.js';
import { StatusesRepository } from './statuses.repository.js';

/** Pictures and videos of statuses: seen by whoever sees the status, as long as it lives. */
@Injectable()
export class StatusMedia implements MediaReferences, OnModuleInit {
  constructor(
    private readonly registry: MediaReferenceRegistry,
    private readonly library: MediaLibrary,
    private readonly statuses: StatusesRepository,
    private readonly audience: StatusAudience,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.add(this);
  }

  /** Kept until the status is over: then the collector looks at it. */
  async take(
    userId: string,
    { type, mediaId }: { type: string; mediaId: string },
    expiresAt: Date,
  ): Promise<Attachment> {
    const until = new Date(Math.max(expiresAt.getTime(), this.clock.nowMs() + UNATTACHED_MS));
    const [media] = await this.library.take(userId, [mediaId], until);
    if (media?.kind !== type)
      throw ValidationError.of('mediaId', 'kind', `mediaId must be of a file of kind "${type}"`);
    return media;
  }

  async shows(viewerId: string, { id }: { id: string }): Promise<boolean> {
    for (const status of await this.statuses.findLiveByMedia(id, viewerId, this.clock.now())) {
      if (await this.audience.admits(viewerId, status)) return true;
    }
    return false;
  }

  held(mediaIds: readonly string[]): Promise<Set<string>> {
    return this.statuses.findHeldMedia(mediaIds, this.clock.now());
  }
}
