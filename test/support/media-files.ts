import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

import sharp from 'sharp';

import { AppConfig } from '../../src/config/app-config.js';
import type { TestApp, TestUser } from './create-test-app.js';

/** Whether videos and waveforms can be made and looked at here. */
export const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((name) =>
  AppConfig.from({ JWT_SECRET: 'x'.repeat(32) }).toolDirs.some((folder) => existsSync(join(folder, name))),
);

interface ImageOptions {
  width?: number;
  height?: number;
  format?: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif';
  /** As EXIF has it: 6 is a quarter turn. */
  orientation?: number;
  /** Writes where it was taken into it. */
  isLocated?: boolean;
}

/** A picture with a red top and a blue bottom. */
export async function imageOf({
  width = 80,
  height = 60,
  format = 'jpeg',
  orientation,
  isLocated,
}: ImageOptions = {}): Promise<Buffer> {
  const top = { create: { width, height: Math.floor(height / 2), channels: 3 as const, background: 'red' } };
  const image = sharp({ create: { width, height, channels: 3, background: 'blue' } }).composite([
    { input: top, top: 0, left: 0 },
  ]);
  if (isLocated) {
    const gps = {
      GPSLatitudeRef: 'N',
      GPSLatitude: '52/1 31/1 0/1',
      GPSLongitudeRef: 'E',
      GPSLongitude: '13/1 24/1 0/1',
    };
    image.withExif({ IFD0: { Make: 'SecretCam', Copyright: 'somebody' }, IFD3: gps });
  }
  if (orientation !== undefined) image.withMetadata({ orientation });
  return image.toFormat(format).toBuffer();
}

/** A PNG of one colour with one bit per pixel: small on the wire, whatever its size is decoded. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A GIF of many frames, each of which changes a single pixel of a large picture. */
export function gifBomb(side: number, frames: number): Buffer {
  const screen = Buffer.from([0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
  screen.writeUInt16LE(side, 0);
  screen.writeUInt16LE(side, 2);
  const delay = [0x21, 0xf9, 4, 0, 10, 0, 0, 0];
  const pixel = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  const frame = Buffer.from([...delay, ...pixel]);
  // In the last corner: pictures are taken for as large as what is drawn in them.
  frame.writeUInt16LE(side - 1, delay.length + 1);
  frame.writeUInt16LE(side - 1, delay.length + 3);
  return Buffer.concat([
    Buffer.from('GIF89a'),
    screen,
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

/** A file that ffmpeg makes; `args` say of what. */
export function ffmpegFile(name: string, args: string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'parley-made-'));
  try {
    const path = join(folder, name);
    execFileSync('ffmpeg', ['-v', 'error', ...args, path]);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Silence as telephones have it: 8,000 samples a second of 8 bits. */
export function waveFile(seconds: number): Buffer {
  const samples = Buffer.alloc(8000 * seconds, 128);
  const header = Buffer.from('RIFF....WAVEfmt ....................data....');
  header.writeUInt32LE(36 + samples.length, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

const tone = (seconds: number) => ['-f', 'lavfi', '-i', `sine=440:d=${seconds}`];
const moving = (seconds: number) => ['-f', 'lavfi', '-i', `testsrc=d=${seconds}:s=320x180`];

export const voiceNote = (seconds = 3) => ffmpegFile('voice.ogg', [...tone(seconds), '-c:a', 'libopus']);
export const soundInWebm = () => ffmpegFile('voice.webm', [...tone(2), '-c:a', 'libopus']);
/** Says in its metadata where it was taken. */
export const videoFile = () =>
  ffmpegFile('video.mp4', [
    ...moving(2),
    ...tone(2),
    '-metadata',
    'location=+52.5200+013.4050/',
    '-metadata',
    'comment=SecretCam',
    '-movflags',
    'use_metadata_tags',
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
  ]);

export interface UploadedFile {
  id: string;
  kind: string;
  mimeType: string;
  size: number;
  name?: string;
  width?: number;
  height?: number;
  durationMs?: number;
  waveform?: number[];
  thumbnailUrl?: string;
  url: string;
}

/** Uploads as somebody, and answers what the server says of it. */
export async function upload(
  app: TestApp,
  user: TestUser,
  file: Buffer,
  { name = 'file.bin', fields = {} }: { name?: string; fields?: Record<string, string> } = {},
): Promise<UploadedFile> {
  const request = app.http.post('/api/media').set(user.auth);
  for (const [field, value] of Object.entries(fields)) request.field(field, value);
  const { status, body } = await request.attach('file', file, name);
  if (status !== 201) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body as UploadedFile;
}

/** All of a file, as somebody gets it. */
export async function download(app: TestApp, user: TestUser, path: string): Promise<Buffer> {
  const { body } = await app.http
    .get(path)
    .set(user.auth)
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(null, Buffer.concat(chunks)));
    })
    .expect(200);
  return body as Buffer;
}
