import { join } from 'node:path';

import { Injectable } from '@nestjs/common';
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';

import { uploadErrors } from '../upload/upload-errors.js';
import type { ImageFormat } from './content-types.js';

/** Of all frames together. A phone's 50 megapixels fit; decoded it is 256 MB at most. */
export const MAX_PIXELS = 64_000_000;
/** The longer side of a thumbnail. */
const THUMBNAIL = 320;
const AVATAR = 640;
const AVATAR_THUMBNAIL = 160;
const DEADLINE_SECONDS = 20;

export interface ProcessedImage {
  path: string;
  thumbnailPath: string;
  width: number;
  height: number;
}

// The library knows more formats than are wanted, some of which read further files or have scripts.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].flatMap((format) =>
    ['File', 'Buffer'].map((source) => `VipsForeignLoad${format}${source}`),
  ),
});
sharp.cache(false);

/**
 * Decodes images and writes them anew: turned upright, and without anything that is not picture, such as
 * the place where it was taken.
 */
@Injectable()
export class ImageProcessor {
  async process(path: string, format: ImageFormat, folder: string): Promise<ProcessedImage> {
    const isAnimated = await this.inspect(path, format);
    const output = join(folder, 'image');
    const thumbnailPath = join(folder, 'thumbnail');
    return readable(async () => {
      const image = WRITERS[format](this.read(path, isAnimated).autoOrient());
      const info: OutputInfo & { pageHeight?: number } = await image.toFile(output);
      await this.read(path, false)
        .autoOrient()
        .resize(THUMBNAIL, THUMBNAIL, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 75 })
        .toFile(thumbnailPath);
      return { path: output, thumbnailPath, width: info.width, height: info.pageHeight ?? info.height };
    });
  }

  /** A square picture of somebody, and a small one. */
  async avatar(path: string, format: ImageFormat, folder: string): Promise<ProcessedImage> {
    await this.inspect(path, format);
    const square = (size: number, output: string) =>
      this.read(path, false)
        .autoOrient()
        .resize(size, size, { fit: 'cover', position: 'centre' })
        .webp({ quality: 82 })
        .toFile(output);
    const output = join(folder, 'image');
    const thumbnailPath = join(folder, 'thumbnail');
    return readable(async () => {
      const { width, height } = await square(AVATAR, output);
      await square(AVATAR_THUMBNAIL, thumbnailPath);
      return { path: output, thumbnailPath, width, height };
    });
  }

  /** A picture of ours, such as a frame of a video. */
  async thumbnail(png: Buffer, folder: string): Promise<string> {
    const path = join(folder, 'thumbnail');
    await sharp(png, { limitInputPixels: MAX_PIXELS })
      .resize(THUMBNAIL, THUMBNAIL, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75 })
      .toFile(path);
    return path;
  }

  private read(path: string, isAnimated: boolean): Sharp {
    return sharp(path, {
      limitInputPixels: MAX_PIXELS,
      failOn: 'error',
      ...(isAnimated && { animated: true }),
    }).timeout({ seconds: DEADLINE_SECONDS });
  }

  /** By its header alone, before anything is decoded. Answers whether it moves. */
  private async inspect(path: string, format: ImageFormat): Promise<boolean> {
    const found: Metadata = await readable(() => sharp(path, { limitInputPixels: false }).metadata());
    const { width, height, pages = 1, pageHeight = height } = found;
    if (found.format !== format && !(format === 'avif' && found.format === 'heif'))
      throw uploadErrors.unreadableImage();
    if (width * pageHeight * pages > MAX_PIXELS) throw uploadErrors.tooManyPixels(MAX_PIXELS);
    return pages > 1 && (format === 'gif' || format === 'webp');
  }
}

/** As small as goes without showing, and quick: `effort` is what a format takes its time for. */
const WRITERS: Record<ImageFormat, (image: Sharp) => Sharp> = {
  jpeg: (image) => image.jpeg({ quality: 86 }),
  png: (image) => image.png(),
  gif: (image) => image.gif({ effort: 3 }),
  webp: (image) => image.webp({ quality: 86, effort: 2 }),
  avif: (image) => image.avif({ quality: 60, effort: 2 }),
};

/** What the library says of a broken file is its own business. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    throw uploadErrors.unreadableImage();
  }
}
