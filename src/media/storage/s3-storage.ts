import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { Logger } from '@nestjs/common';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import type { S3Settings } from '../../config/app-config.js';
import { type ByteRange, MediaStorage } from './media-storage.js';

/** A stream can't be sent twice, so the client does not retry it by itself. */
const PUT_ATTEMPTS = 3;

/** What fails is thrown, and logged by whoever can't go on. */
const logger = new Logger('S3');
const tell = (...words: unknown[]) => logger.debug(words.map(String).join(' '));
const LOGGER = { trace: tell, debug: tell, info: tell, warn: tell, error: tell };

/** A bucket of Amazon S3 or of a service that speaks its protocol. Nobody but the server reads from it. */
export class S3Storage extends MediaStorage {
  private readonly s3: S3Client;

  constructor(private readonly settings: S3Settings) {
    super();
    const { region, endpoint, credentials } = settings;
    this.s3 = new S3Client({
      region,
      ...(credentials && { credentials }),
      // Other services are rarely reached by a host name per bucket.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      // Checksums in trailers, the client's default, are unknown to many of them.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: LOGGER,
    });
  }

  async put(key: string, path: string, mimeType: string): Promise<void> {
    const { size } = await stat(path);
    for (let attempt = 1; ; attempt += 1) {
      const body = createReadStream(path);
      try {
        await this.s3.send(
          new PutObjectCommand({
            ...this.object(key),
            Body: body,
            ContentLength: size,
            ContentType: mimeType,
          }),
        );
        return;
      } catch (error) {
        if (attempt === PUT_ATTEMPTS) throw error;
      } finally {
        body.destroy();
      }
    }
  }

  async open(key: string, range?: ByteRange): Promise<Readable | null> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    try {
      const { Body } = await this.s3.send(
        new GetObjectCommand({ ...this.object(key), ...(Range && { Range }) }),
      );
      return Body instanceof Readable ? Body : null;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand(this.object(key)));
  }

  private object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.settings.bucket, Key: this.settings.prefix + key };
  }
}
