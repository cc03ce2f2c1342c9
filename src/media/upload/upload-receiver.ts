import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { toDto } from '../../common/validation/dto.pipe.js';
import { AppConfig } from '../../config/app-config.js';
import { cleanFileName } from './file-name.js';
import { uploadErrors } from './upload-errors.js';
import { UploadFieldsDto } from './upload-fields.dto.js';

/** Boundaries, headers and small fields around the file. */
const FORM_ROOM = 16 * 1024;
/** A connection that brings nothing for so long is cut. */
const STALL_MS = 30_000;

export interface ReceivedFile {
  path: string;
  size: number;
  /** As the client calls it, made harmless. */
  name: string;
  fields: UploadFieldsDto;
}

/** The file of a form, from the wire straight to a path; at no time is more than a piece of it in memory. */
@Injectable()
export class UploadReceiver {
  constructor(private readonly config: AppConfig) {}

  async receive(request: Request, path: string): Promise<ReceivedFile> {
    const max = this.config.maxUploadBytes;
    if (Number(request.headers['content-length']) > max + FORM_ROOM) throw uploadErrors.tooLarge(max);
    const form = new FormReader(parserFor(request, max), request, path, max);
    request.socket.setTimeout(STALL_MS);
    try {
      return await form.read();
    } finally {
      // The rest of a refused body is let go by, and must not stand still either.
      if (request.complete) request.socket.setTimeout(0);
    }
  }
}

function parserFor(request: Request, maxBytes: number): BusboyInstance {
  const { 'content-type': type = '', ...headers } = request.headers;
  if (!/^multipart\/form-data\b/i.test(type)) throw uploadErrors.notAForm();
  const limits = {
    fileSize: maxBytes,
    files: 1,
    fields: 4,
    fieldSize: 1024,
    parts: 5,
    headerPairs: 20,
    headerSize: FORM_ROOM,
  };
  try {
    return new Busboy({ headers: { ...headers, 'content-type': type }, limits });
  } catch {
    throw uploadErrors.malformed();
  }
}

/** One form. Whatever is wrong with it ends the reading at once; the rest of the body is let go by. */
class FormReader {
  private readonly fields: Record<string, string> = {};
  private file: { name: string; stream: BusboyFileStream; written: Promise<void> } | null = null;

  constructor(
    private readonly parser: BusboyInstance,
    private readonly request: Request,
    private readonly path: string,
    private readonly maxBytes: number,
  ) {}

  async read(): Promise<ReceivedFile> {
    try {
      await this.parse();
      if (!this.file) throw uploadErrors.missing();
      await this.file.written;
    } catch (error) {
      await this.drop();
      throw error;
    }
    const { size } = await stat(this.path);
    if (size === 0) throw uploadErrors.empty();
    const fields = toDto(UploadFieldsDto, this.fields);
    return { path: this.path, size, name: cleanFileName(this.file.name), fields };
  }

  private parse(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { parser, request } = this;
      parser.on('file', (field, stream, name) => {
        // A file that is not wanted, or that broke off, ends in an error of the parser too.
        stream.on('error', () => reject(uploadErrors.malformed()));
        if (field !== 'file') {
          stream.resume();
          return reject(uploadErrors.unknownField(field));
        }
        stream.once('limit', () => reject(uploadErrors.tooLarge(this.maxBytes)));
        const written = pipeline(stream, createWriteStream(this.path, { flags: 'wx' }));
        written.catch(reject);
        this.file = { name, stream, written };
      });
      parser.on('field', (field, value) => {
        this.fields[field] = value;
      });
      parser.once('filesLimit', () => reject(uploadErrors.single()));
      for (const limit of ['fieldsLimit', 'partsLimit'] as const) {
        parser.once(limit, () => reject(uploadErrors.malformed()));
      }
      parser.once('error', () => reject(uploadErrors.malformed()));
      parser.once('finish', resolve);
      request.once('close', () => !request.complete && reject(uploadErrors.aborted()));
      request.pipe(parser);
    });
  }

  /** The path is free to be removed afterwards. */
  private async drop(): Promise<void> {
    this.request.unpipe(this.parser);
    this.request.resume();
    // With an error: a pipeline waits for the end of a stream that has all its data and is closed without one.
    this.file?.stream.destroy(uploadErrors.aborted());
    await this.file?.written.catch(() => undefined);
    this.parser.on('error', () => undefined);
    this.parser.destroy();
  }
}
