import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import type { LinkPreview } from './link-preview.record.js';
import { CachedPreview } from './link-preview.schema.js';

@Injectable()
export class LinkPreviewsRepository {
  constructor(@InjectModel(CachedPreview.name) private readonly cached: Model<CachedPreview>) {}

  /** `undefined`: not known. `null`: known to have none. */
  async find(url: string, now: Date): Promise<LinkPreview | null | undefined> {
    const row = await this.cached.findOne({ _id: keyOf(url), expiresAt: { $gt: now } }).lean<CachedPreview>();
    return row ? (row.preview ?? null) : undefined;
  }

  async store(url: string, preview: LinkPreview | null, expiresAt: Date): Promise<void> {
    const row = { _id: keyOf(url), ...(preview && { preview }), expiresAt };
    try {
      await this.cached.replaceOne({ _id: row._id }, row, { upsert: true });
    } catch (error) {
      // Two nodes fetched it at once: either answer will do.
      if (!duplicateKeyOf(error)) throw error;
    }
  }

  /** Up to `limit` of those past their time. Answers how many. */
  async sweep(now: Date, limit: number): Promise<number> {
    const past = await this.cached
      .find({ expiresAt: { $lte: now } }, { _id: 1 })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .lean<Pick<CachedPreview, '_id'>[]>();
    if (past.length > 0) await this.cached.deleteMany({ _id: { $in: past.map(({ _id }) => _id) } });
    return past.length;
  }
}

function keyOf(url: string): string {
  return createHash('sha256').update(url).digest('base64url');
}
