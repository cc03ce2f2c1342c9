import { stat } from 'node:fs/promises';

import { Injectable } from '@nestjs/common';

import { BoundedQueue } from '../../common/bounded-queue.js';
import { UnavailableError } from '../../common/errors/app-error.js';
import type { Attachment } from '../attachment.js';
import { uploadErrors } from '../upload/upload-errors.js';
import type { ReceivedFile } from '../upload/upload-receiver.js';
import { AudioProcessor } from './audio-processor.js';
import { type ContentType, contentTypeOf } from './content-types.js';
import { eraseLocation } from './location-eraser.js';
import { ImageProcessor } from './image-processor.js';
import { Probe } from './probe.service.js';
import type { ProbeResult } from './probe.protocol.js';
import { VideoProcessor } from './video-processor.js';

/** Decoding fills a core each, and shares its threads with the hashing of passwords. */
const AT_ONCE = 2;
const MAX_WAITING = 100;

/** A file as it will be stored, with what is to be told of it. */
export interface ExaminedFile extends Omit<Attachment, 'id' | 'hasThumbnail'> {
  path: string;
  thumbnailPath?: string;
}

/** Finds out by its content what a file is, and makes of it what will be served. */
@Injectable()
export class MediaExaminer {
  private readonly queue = new BoundedQueue(AT_ONCE, MAX_WAITING, () => new UnavailableError());

  constructor(
    private readonly probe: Probe,
    private readonly images: ImageProcessor,
    private readonly audio: AudioProcessor,
    private readonly videos: VideoProcessor,
  ) {}

  examine(file: ReceivedFile, folder: string): Promise<ExaminedFile> {
    return this.queue.run(async () => {
      const found = await this.probe.probe(file.path);
      const type = contentTypeOf(found.mimeType);
      const examined = await this.process(file, { type, found, folder });
      const { size } = await stat(examined.path);
      return { ...examined, size };
    });
  }

  /** The square picture of a person or a group. */
  avatar(path: string, folder: string): Promise<ExaminedFile> {
    return this.queue.run(async () => {
      const type = contentTypeOf((await this.probe.probe(path)).mimeType);
      if (type.kind !== 'image') throw uploadErrors.notAnImage();
      const image = await this.images.avatar(path, type.format, folder);
      return { ...image, kind: 'image', mimeType: 'image/webp', size: (await stat(image.path)).size };
    });
  }

  private async process(
    file: ReceivedFile,
    { type, found, folder }: { type: ContentType; found: ProbeResult; folder: string },
  ): Promise<Omit<ExaminedFile, 'size'>> {
    const isVoice = file.fields.kind === 'voice';
    if (type.kind === 'audio') return this.sound(file.path, { ...type, isVoice }, found);
    if (type.kind === 'video' && found.hasVideo === false) {
      return this.sound(file.path, { ...type, mimeType: type.soundMimeType, isVoice }, found);
    }
    if (isVoice) throw uploadErrors.notAudio();
    if (type.kind === 'image') {
      const { mimeType, kind } = type;
      return { kind, mimeType, ...(await this.images.process(file.path, type.format, folder)) };
    }
    if (type.kind === 'video') return this.video(file, { type, found, folder });
    if (type.mimeType.startsWith('image/')) await eraseLocation(file.path);
    return { ...type, path: file.path, name: file.name };
  }

  private async sound(
    path: string,
    { mimeType, demuxer, isVoice }: { mimeType: string; demuxer: string; isVoice: boolean },
    { durationMs }: ProbeResult,
  ): Promise<Omit<ExaminedFile, 'size'>> {
    const measured = await this.audio.measure(path, demuxer);
    // Recorders write no duration into what they stream: then it is what was decoded.
    const lasts = durationMs ?? measured?.durationMs;
    return {
      path,
      kind: isVoice ? 'voice' : 'audio',
      mimeType,
      ...(lasts !== undefined && { durationMs: lasts }),
      ...(measured && { waveform: measured.waveform }),
    };
  }

  private async video(
    file: ReceivedFile,
    { type, found, folder }: { type: ContentType & { kind: 'video' }; found: ProbeResult; folder: string },
  ): Promise<Omit<ExaminedFile, 'size'>> {
    const { kind, mimeType } = type;
    const lasts = found.durationMs === undefined ? {} : { durationMs: found.durationMs };
    if (!this.videos.isThere) return { path: file.path, kind, mimeType, ...lasts };
    const video = await this.videos.process(file.path, type, folder);
    // What only looks like a video is handed on as it came, and never shown.
    if (!video)
      return { path: file.path, kind: 'file', mimeType: 'application/octet-stream', name: file.name };
    return { kind, mimeType, ...lasts, ...video };
  }
}
