import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MediaReferenceRegistry, type MediaReferences } from '../../media/media-references.js';
import { ScheduledMessagesRepository } from './scheduled-messages.repository.js';

/** Files that wait with a message to be sent later, or with one that failed: shown to nobody but their owner. */
@Injectable()
export class ScheduledMedia implements MediaReferences, OnModuleInit {
  constructor(
    private readonly registry: MediaReferenceRegistry,
    private readonly scheduled: ScheduledMessagesRepository,
  ) {}

  onModuleInit(): void {
    this.registry.add(this);
  }

  shows(): Promise<boolean> {
    return Promise.resolve(false);
  }

  held(mediaIds: readonly string[]): Promise<Set<string>> {
    return this.scheduled.findWaitingFiles(mediaIds);
  }
}
