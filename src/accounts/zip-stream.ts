import { addAbortSignal, Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

import { ZipFile } from 'yazl';

import type { ExportedFile } from '../common/personal-data/personal-data.js';

/**
 * Writes files into a zip as they are read, one at a time and no faster than `output` takes them. Whatever
 * ends it before its time (a file that fails, an output that closes, the signal) ends all of it.
 */
export async function streamZip(
  files: AsyncIterable<ExportedFile>,
  output: Writable,
  { mtime, signal }: { mtime: Date; signal: AbortSignal },
): Promise<void> {
  const broken = new AbortController();
  const ended = AbortSignal.any([signal, broken.signal]);
  const zip = new ZipFile();
  zip.on('error', (error: unknown) => broken.abort(error));
  const sending = pipeline(zip.outputStream, output, { signal: ended });
  const reading = addAll(zip, files, { mtime, signal: ended });
  try {
    await Promise.all([sending, reading]);
  } catch (error) {
    broken.abort(error);
    await Promise.allSettled([sending, reading]);
    throw error;
  }
}

async function addAll(
  zip: ZipFile,
  files: AsyncIterable<ExportedFile>,
  { mtime, signal }: { mtime: Date; signal: AbortSignal },
): Promise<void> {
  for await (const { path, content } of files) {
    const source = addAbortSignal(signal, Readable.from(content, { objectMode: false }));
    zip.addReadStream(source, path, { mtime });
    await finished(source);
  }
  zip.end();
}
