import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ndjson, rowsBehind } from '../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../common/personal-data/personal-data.js';
import { RELEASE_MS } from './media-collector.service.js';
import type { MediaRecord } from './media.record.js';
import { MediaRepository } from './media.repository.js';
import { toMediaView } from './media.view.js';
import { fileKey } from './storage/keys.js';
import { MediaStorage } from './storage/media-storage.js';

const MEDIA_PER_PAGE = 100;

/** What somebody has uploaded, their picture too: to take along, and to remove where nobody is shown it. */
@Injectable()
export class MediaData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'media';

  constructor(
    private readonly data: PersonalData,
    private readonly media: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  /** A list of all, and then each file as it is stored, one at a time. */
  async *files(userId: string): AsyncGenerator<ExportedFile> {
    yield ndjson('media.ndjson', this.list(userId));
    for await (const media of this.all(userId)) {
      const content = await this.storage.open(fileKey(media.id));
      // Collected in this very moment.
      if (!content) continue;
      try {
        yield { path: pathOf(media), content };
      } finally {
        content.destroy();
      }
    }
  }

  /** What messages show stays with their readers; the collector takes the rest when it next looks. */
  async erase(userId: string): Promise<void> {
    await this.media.releaseAllOf(userId, new Date(this.clock.nowMs() + RELEASE_MS));
  }

  private async *list(userId: string) {
    for await (const media of this.all(userId)) {
      const { url: _, thumbnailUrl: __, ...view } = toMediaView(media);
      yield { ...view, createdAt: media.createdAt.toISOString(), path: pathOf(media) };
    }
  }

  private all(userId: string): AsyncGenerator<MediaRecord> {
    return rowsBehind((last) => this.media.findReadyBehind(userId, last?.id ?? null, MEDIA_PER_PAGE));
  }
}

/** Within the archive. Made of the id and the type alone: what a file was called is nothing to name one by. */
function pathOf({ id, mimeType }: MediaRecord): string {
  const [extension = ''] = /[a-z0-9]+$/.exec(mimeType) ?? [];
  return `media/${id}.${mimeType === 'application/octet-stream' ? 'bin' : extension || 'bin'}`;
}
