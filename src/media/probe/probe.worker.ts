import { open } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';

import { fileTypeFromFile } from 'file-type';
import { parseFile } from 'music-metadata';

import type { ProbeAnswer, ProbeRequest, ProbeResult } from './probe.protocol.js';

/*
 * Parsers of strangers' files, in a thread of their own: one that never ends or eats all memory takes
 * this thread with it, not the server. Asks for nothing and imports nothing of it.
 */

const SAMPLE_BYTES = 4096;

parentPort?.on('message', ({ id, path }: ProbeRequest) => {
  const answer = (result: ProbeResult) =>
    parentPort?.postMessage({ id, ...result } satisfies ProbeAnswer, []);
  probe(path).then(answer, () => answer({ mimeType: null }));
});

async function probe(path: string): Promise<ProbeResult> {
  const found = await fileTypeFromFile(path);
  const mimeType = found?.mime ?? (await plainText(path));
  if (!mimeType || !/^(audio|video)\//.test(mimeType)) return { mimeType };
  return { mimeType, ...(await tracks(path, mimeType)) };
}

async function tracks(path: string, mimeType: string): Promise<Pick<ProbeResult, 'durationMs' | 'hasVideo'>> {
  try {
    const { format } = await parseFile(path, { duration: false, skipCovers: true, skipPostHeaders: true });
    const { duration, hasVideo } = format;
    return {
      ...(duration !== undefined && Number.isFinite(duration) && { durationMs: Math.round(duration * 1000) }),
      ...(hasVideo !== undefined && { hasVideo }),
    };
  } catch {
    // Known by its first bytes, and broken or of a make that is not understood further in.
    return mimeType.startsWith('audio/') ? { hasVideo: false } : {};
  }
}

/** Text has no signature: it is what reads as UTF-8 and has no control characters. */
async function plainText(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(SAMPLE_BYTES),
      length: SAMPLE_BYTES,
    });
    const sample = buffer.subarray(0, bytesRead);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return /^[\P{Cc}\t\n\v\f\r]+$/u.test(text) ? 'text/plain' : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
