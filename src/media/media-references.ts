import { Injectable } from '@nestjs/common';

import type { MediaRecord } from './media.record.js';

/** What may hold a stored file and show it to people: messages, statuses, pictures of people. */
export interface MediaReferences {
  /** Whether `viewerId`, who is not its owner, sees it by something here at this moment. */
  shows(viewerId: string, media: Pick<MediaRecord, 'id' | 'ownerId'>): Promise<boolean>;

  /** Which of these, at most 100, something here holds. */
  held(mediaIds: readonly string[]): Promise<Set<string>>;
}

/**
 * Features that attach media say so here when they are made, so that media need to know none of them.
 * They are the only record of what is attached where: there is none beside it that could be wrong.
 */
@Injectable()
export class MediaReferenceRegistry {
  private readonly all: MediaReferences[] = [];

  add(references: MediaReferences): void {
    this.all.push(references);
  }

  async show(viewerId: string, media: Pick<MediaRecord, 'id' | 'ownerId'>): Promise<boolean> {
    for (const references of this.all) {
      // One after the other: mostly the first one says yes.
      if (await references.shows(viewerId, media)) return true;
    }
    return false;
  }

  async held(mediaIds: readonly string[]): Promise<Set<string>> {
    const found = await Promise.all(this.all.map((references) => references.held(mediaIds)));
    return new Set(found.flatMap((ids) => [...ids]));
  }
}
