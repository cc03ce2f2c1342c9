import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import type { UploadKey } from '../media.record.js';
import type { ReceivedFile } from './upload-receiver.js';

/** An `Idempotency-Key` stands for one content: the bytes as they came, and what they were said to be. */
export async function uploadKey(
  creationKey: string,
  { path, fields, name }: ReceivedFile,
): Promise<UploadKey> {
  const hash = createHash('sha256').update(JSON.stringify([fields.kind ?? null, name]));
  await pipeline(createReadStream(path), hash);
  return { creationKey, contentHash: hash.digest('base64url') };
}
