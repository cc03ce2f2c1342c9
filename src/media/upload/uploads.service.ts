import { join } from 'node:path';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';

import { Clock } from '../../common/clock.js';
import { NotFoundError, UnavailableError } from '../../common/errors/app-error.js';
import { AppConfig } from '../../config/app-config.js';
import { newObjectId } from '../../database/object-id.js';
import { MediaNotFoundError, UNATTACHED_MS } from '../media-library.service.js';
import type { MediaRecord, UploadKey } from '../media.record.js';
import { MediaRepository } from '../media.repository.js';
import { type ExaminedFile, MediaExaminer } from '../probe/media-examiner.js';
import { fileKey, thumbnailKey } from '../storage/keys.js';
import { MediaStorage } from '../storage/media-storage.js';
import { uploadErrors } from './upload-errors.js';
import { uploadKey } from './upload-key.js';
import { UploadReceiver } from './upload-receiver.js';
import { UploadSlots } from './upload-slots.js';
import { Workspaces } from './workspaces.js';

/** When the collector may take a row whose files were never stored. */
const STORING_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface Uploaded {
  media: MediaRecord;
  isNew: boolean;
}

/** It was taken for given up, or another upload with its key was faster. */
class NotKeptError extends UnavailableError {}

/** From a request, or from what was uploaded before, to a stored file. */
@Injectable()
export class Uploads {
  private readonly logger = new Logger(Uploads.name);

  constructor(
    private readonly slots: UploadSlots,
    private readonly workspaces: Workspaces,
    private readonly receiver: UploadReceiver,
    private readonly examiner: MediaExaminer,
    private readonly media: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores the file of a form. A refused or broken upload leaves nothing, and neither does a retry with the
   * same key: `isNew` is false for it, and it is answered the first one.
   */
  upload(ownerId: string, request: Request, key?: string): Promise<Uploaded> {
    return this.inWorkspace(ownerId, async (folder) => {
      const file = await this.receiver.receive(request, join(folder, 'upload'));
      const keyed = key === undefined ? null : await uploadKey(`${ownerId}:${key}`, file);
      const first = keyed && (await this.findFirst(keyed));
      if (first) return first;
      const examined = await this.examiner.examine(file, folder);
      try {
        return { media: await this.store(ownerId, examined, keyed), isNew: true };
      } catch (error) {
        // A retry may have been faster than this first try.
        const winner = error instanceof NotKeptError && keyed && (await this.findFirst(keyed));
        if (winner) return winner;
        throw error;
      }
    });
  }

  /** The same for a picture of somebody: square, and nothing but an image. */
  uploadAvatar(ownerId: string, request: Request): Promise<MediaRecord> {
    return this.inWorkspace(ownerId, async (folder) => {
      const { path } = await this.receiver.receive(request, join(folder, 'upload'));
      return this.store(ownerId, await this.examiner.avatar(path, folder));
    });
  }

  /** Makes such a picture of an image that the owner has uploaded before. */
  avatarOf(ownerId: string, mediaId: string): Promise<MediaRecord> {
    return this.inWorkspace(ownerId, async (folder) => {
      const [media] = await this.media.findReadyOf(ownerId, [mediaId]);
      if (!media) throw new MediaNotFoundError();
      if (media.kind !== 'image') throw uploadErrors.notAnImage();
      const stored = await this.storage.open(fileKey(mediaId));
      if (!stored) throw new NotFoundError('Media');
      const path = join(folder, 'upload');
      await pipeline(stored, createWriteStream(path));
      return this.store(ownerId, await this.examiner.avatar(path, folder));
    });
  }

  private async findFirst(key: UploadKey): Promise<Uploaded | null> {
    await this.media.releaseCreationKey(key.creationKey, new Date(this.clock.nowMs() - DAY_MS));
    const first = await this.media.findByCreationKey(key.creationKey);
    if (!first) return null;
    if (first.contentHash !== key.contentHash) throw uploadErrors.keyInUse();
    return { media: first.media, isNew: false };
  }

  private inWorkspace<T>(ownerId: string, work: (folder: string) => Promise<T>): Promise<T> {
    return this.slots.run(ownerId, async () => {
      // Whoever is over it already need not send anything; the stored file is counted once more.
      await this.assertRoom(ownerId);
      return this.workspaces.use(work);
    });
  }

  /** Its row comes first and counts at once, so that uploads side by side can't pass the quota together. */
  private async store(
    ownerId: string,
    { path, thumbnailPath, ...file }: ExaminedFile,
    key: UploadKey | null = null,
  ): Promise<MediaRecord> {
    const id = newObjectId().toHexString();
    const createdAt = this.clock.now();
    const thumbnailSize = thumbnailPath === undefined ? 0 : (await stat(thumbnailPath)).size;
    const media = { ...file, id, ownerId, thumbnailSize, createdAt };
    await this.media.insert({ ...media, sweepAt: new Date(createdAt.getTime() + STORING_MS) });
    try {
      await this.assertRoom(ownerId);
      await this.put(fileKey(id), path, file.mimeType);
      if (thumbnailPath !== undefined) await this.put(thumbnailKey(id), thumbnailPath, 'image/webp');
    } catch (error) {
      await this.giveUp(id);
      throw error;
    }
    const isKept = await this.media.markReady(id, new Date(createdAt.getTime() + UNATTACHED_MS), key);
    if (!isKept) {
      await this.giveUp(id);
      throw new NotKeptError();
    }
    return { ...media, hasThumbnail: thumbnailSize > 0 };
  }

  private async put(key: string, path: string, mimeType: string): Promise<void> {
    try {
      await this.storage.put(key, path, mimeType);
    } catch (error) {
      this.logger.error(`storing ${key} failed`, error instanceof Error ? error.stack : String(error));
      throw new UnavailableError('The file could not be stored: try again');
    }
  }

  /** What fails here too is left to the collector. */
  private async giveUp(id: string): Promise<void> {
    try {
      await this.storage.remove(fileKey(id));
      await this.storage.remove(thumbnailKey(id));
      await this.media.remove(id);
    } catch {
      // Its row stays, by which it is found.
    }
  }

  private async assertRoom(ownerId: string): Promise<void> {
    const { uploadQuotaBytes: quota } = this.config;
    if (quota === Number.POSITIVE_INFINITY) return;
    if ((await this.media.usage(ownerId)) > quota) throw uploadErrors.overQuota(quota);
  }
}
