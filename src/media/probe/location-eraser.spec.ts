import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eraseLocation } from './location-eraser.js';

const GPS = {
  GPSLatitudeRef: 'N',
  GPSLatitude: '52/1 31/1 1234567/100000',
  GPSLongitudeRef: 'E',
  GPSLongitude: '13/1 24/1 0/1',
};
/** 1234567 as the numbers of either order. */
const SECONDS = [Buffer.from([0x87, 0xd6, 0x12, 0x00]), Buffer.from([0x00, 0x12, 0xd6, 0x87])];

describe('eraseLocation', () => {
  let folder: string;
  let exif: Buffer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-location-'));
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
    const jpeg = await image
      .withExif({ IFD0: { Make: 'SecretCam' }, IFD3: GPS })
      .jpeg()
      .toBuffer();
    exif = (await sharp(jpeg).metadata()).exif as Buffer;
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const erased = async (bytes: Buffer): Promise<Buffer> => {
    const path = join(folder, 'picture');
    writeFileSync(path, bytes);
    await eraseLocation(path);
    return readFileSync(path);
  };
  const isLocated = (bytes: Buffer) => SECONDS.some((seconds) => bytes.includes(seconds));

  it('should erase it from EXIF within another file, also across pieces, and leave all else', async () => {
    for (const before of [0, 24, (1 << 20) - 7, 3_000_000]) {
      const whole = Buffer.concat([Buffer.alloc(before, 0xab), exif, Buffer.from('and more')]);
      expect(isLocated(whole)).toBe(true);

      const kept = await erased(whole);

      expect(isLocated(kept)).toBe(false);
      expect(kept.includes('SecretCam')).toBe(true);
      expect(kept).toHaveLength(whole.length);
      expect(kept.subarray(0, before).equals(whole.subarray(0, before))).toBe(true);
      expect(kept.subarray(-8).toString()).toBe('and more');
    }
  });

  it('should erase it from what is TIFF from its first byte, as raw data of cameras is', async () => {
    const tiff = exif.subarray(6);

    const kept = await erased(tiff);

    expect(isLocated(tiff)).toBe(true);
    expect(isLocated(kept)).toBe(false);
    expect(await erased(kept)).toEqual(kept);
  });

  it('should erase it from XMP', async () => {
    const xmp = `<x exif:GPSLatitude="52,31.2N" tiff:Make='Cam'><exif:GPSLongitude>13,24.1E</exif:GPSLongitude></x>`;

    const kept = (await erased(Buffer.from(xmp))).toString();

    expect(kept).toBe(xmp.replace('52,31.2N', ' '.repeat(8)).replace('13,24.1E', ' '.repeat(8)));
  });

  it('should leave alone what only looks like it', async () => {
    const noise = Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7919 + (n >> 3)) % 256));
    const headers = ['II*\0', 'MM\0*', 'II*\0\xff\xff\xff\xff', 'MM\0*\0\0\0\x08\0\x01'];
    const file = Buffer.concat(headers.flatMap((header) => [noise, Buffer.from(header, 'latin1')]));

    expect((await erased(file)).equals(file)).toBe(true);
  });
});
