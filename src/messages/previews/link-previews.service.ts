import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { HostQueue } from './host-queue.js';
import type { LinkPreview } from './link-preview.record.js';
import { LinkPreviewsRepository } from './link-previews.repository.js';
import { PageFetcher } from './page-fetcher.js';
import { previewOf } from './page-preview.js';

/** How long a page's word counts; one that could not be had is asked again sooner. */
const FOUND_MS = 24 * 3_600_000;
const FAILED_MS = 3_600_000;
const BATCH = 500;

/** Previews of web addresses: from the cache, else from the page itself, once for all who ask at once. */
@Injectable()
export class LinkPreviews implements OnApplicationShutdown {
  private readonly logger = new Logger(LinkPreviews.name);
  private readonly queue = new HostQueue({ atOnce: 8, perHost: 2, maxWaiting: 1000 });
  private readonly underWay = new Map<string, Promise<LinkPreview | null>>();
  private readonly stop = new AbortController();

  constructor(
    private readonly cached: LinkPreviewsRepository,
    private readonly fetcher: PageFetcher,
    private readonly clock: Clock,
  ) {}

  /** `url` as `firstUrl` found it; `null` where there is none to be had, or too much to do. */
  find(url: string): Promise<LinkPreview | null> {
    const known = this.underWay.get(url);
    if (known) return known;
    const found = this.findOrFetch(url).finally(() => this.underWay.delete(url));
    this.underWay.set(url, found);
    return found;
  }

  /** Takes old entries out of the database. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    while ((await this.cached.sweep(now, BATCH)) === BATCH);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled(this.underWay.values());
  }

  private async findOrFetch(url: string): Promise<LinkPreview | null> {
    const cached = await this.cached.find(url, this.clock.now());
    if (cached !== undefined) return cached;
    return this.queue.run(new URL(url).hostname, () => this.fetch(url));
  }

  private async fetch(url: string): Promise<LinkPreview | null> {
    if (this.stop.signal.aborted) return null;
    let preview: LinkPreview | null = null;
    try {
      preview = previewOf(url, await this.fetcher.fetch(url, this.stop.signal));
    } catch (error) {
      if (this.stop.signal.aborted) return null;
      this.logger.debug(`no preview of ${new URL(url).hostname}: ${String(error)}`);
    }
    const expiresAt = new Date(this.clock.nowMs() + (preview ? FOUND_MS : FAILED_MS));
    await this.cached.store(url, preview, expiresAt);
    return preview;
  }
}
