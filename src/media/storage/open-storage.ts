import { join } from 'node:path';

import type { AppConfig } from '../../config/app-config.js';
import { LocalStorage } from './local-storage.js';
import type { MediaStorage } from './media-storage.js';

/** The storage that the settings name. The client of S3 is large: loaded where it is used. */
export async function openStorage(config: AppConfig): Promise<MediaStorage> {
  if (!config.s3) return new LocalStorage(join(config.dataDir, 'media', 'files'));
  const { S3Storage } = await import('./s3-storage.js');
  return new S3Storage(config.s3);
}
