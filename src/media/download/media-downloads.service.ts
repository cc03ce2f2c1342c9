import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';

import { NotFoundError, UnavailableError } from '../../common/errors/app-error.js';
import { MediaAccess } from '../media-access.js';
import type { MediaRecord } from '../media.record.js';
import { isShownInline } from '../probe/content-types.js';
import { fileKey, thumbnailKey } from '../storage/keys.js';
import { type ByteRange, MediaStorage } from '../storage/media-storage.js';
import { rangeOf } from './byte-range.js';

/** One of the two things that a media is: the file itself, and its small picture. */
interface Part {
  key: string;
  etag: string;
  mimeType: string;
  size: number;
  /** Where it has to go to the disk. */
  saveAs: string | null;
}

/** Serves stored files to whoever may see them: whole, in part, or not again. */
@Injectable()
export class MediaDownloads {
  private readonly logger = new Logger(MediaDownloads.name);

  constructor(
    private readonly access: MediaAccess,
    private readonly storage: MediaStorage,
  ) {}

  async file(userId: string, mediaId: string, request: Request, response: Response): Promise<void> {
    await this.send(fileOf(await this.access.getReadable(userId, mediaId)), request, response);
  }

  async thumbnail(userId: string, mediaId: string, request: Request, response: Response): Promise<void> {
    const media = await this.access.getReadable(userId, mediaId);
    // To the eye of a stranger it is the same as no file at all.
    if (media.thumbnailSize === 0) throw new NotFoundError('Media');
    await this.send(thumbnailOf(media), request, response);
  }

  /** For features that have made sure themselves that this reader may see it. */
  async granted(mediaId: string, request: Request, response: Response): Promise<void> {
    await this.send(fileOf(await this.access.get(mediaId)), request, response);
  }

  private async send(part: Part, request: Request, response: Response): Promise<void> {
    response.set(headersOf(part));
    if (request.fresh) return void response.status(304).end();
    const range = rangeOf(request, part.size, part.etag);
    if (range === 'unsatisfiable') return refuseRange(part.size, response);
    const { start, end } = range ?? { start: 0, end: part.size - 1 };
    response.status(range ? 206 : 200);
    response.set('Content-Length', String(end - start + 1));
    if (range) response.set('Content-Range', `bytes ${start}-${end}/${part.size}`);
    if (request.method === 'HEAD') return void response.end();
    const stream = await this.open(part, range ?? undefined).catch((error: unknown) => {
      clear(response);
      throw error;
    });
    // Whoever goes away half way has got what they wanted; a storage that breaks cuts the connection.
    await pipeline(stream, response).catch(() => undefined);
  }

  private async open({ key }: Part, range: ByteRange | undefined): Promise<Readable> {
    const stream = await this.storage.open(key, range).catch((error: unknown) => {
      this.logger.error(`reading ${key} failed`, error instanceof Error ? error.stack : String(error));
      throw new UnavailableError('The file can not be read at the moment: try again');
    });
    if (stream) return stream;
    this.logger.error(`${key} is not where it should be`);
    throw new NotFoundError('Media');
  }
}

/** What was said of the file is not true of a refusal. */
function clear(response: Response): void {
  for (const header of ['Content-Type', 'Content-Disposition', 'Content-Length', 'Content-Range', 'ETag']) {
    response.removeHeader(header);
  }
}

function fileOf({ id, mimeType, size, name }: MediaRecord): Part {
  const saveAs = isShownInline(mimeType) && name === undefined ? null : (name ?? 'file');
  return { key: fileKey(id), etag: `"${id}"`, mimeType, size, saveAs };
}

function thumbnailOf({ id, thumbnailSize }: MediaRecord): Part {
  const mimeType = 'image/webp';
  return { key: thumbnailKey(id), etag: `"${id}-thumbnail"`, mimeType, size: thumbnailSize, saveAs: null };
}

/** Whatever a file is, no browser may take it for anything else, or run it. */
function headersOf({ etag, mimeType, saveAs }: Part): Record<string, string> {
  return {
    'Content-Type': mimeType === 'text/plain' ? 'text/plain; charset=utf-8' : mimeType,
    'Content-Disposition': saveAs === null ? 'inline' : attachmentNamed(saveAs),
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
    ETag: etag,
    // Kept, and asked about each time: what somebody may see can end.
    'Cache-Control': 'private, no-cache',
    Vary: 'Authorization',
  };
}

/** RFC 6266: a plain name for old clients, the real one in UTF-8 beside it. */
function attachmentNamed(name: string): string {
  const plain = name.replaceAll(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function refuseRange(size: number, response: Response): void {
  const message = `The file has ${size} bytes: the range lies outside of it`;
  const error = { code: 'VALIDATION', message, details: [{ field: 'Range', rule: 'range', message }] };
  clear(response);
  response.status(416).set('Content-Range', `bytes */${size}`).json({ statusCode: 416, error });
}
