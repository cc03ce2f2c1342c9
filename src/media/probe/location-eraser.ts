import { type FileHandle, open } from 'node:fs/promises';

const STEP = 1 << 20;
/** Longer than what is looked for and its value. */
const OVERLAP = 256;
const GPS_POINTER = 0x8825;
const MAX_ENTRIES = 512;
/** Of a directory of GPS data: its tags have small numbers. */
const MAX_GPS_ENTRIES = 64;
const MAX_GPS_TAG = 0x1f;
const ENTRY = 12;
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/**
 * Takes the place where it was taken out of a picture that is kept as it came, such as HEIC, TIFF or the raw
 * data of a camera: the numbers are overwritten where they stand, so that all else stays what and where it is.
 */
export async function eraseLocation(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await new TiffParts(file, 0).eraseGps();
    for (let from = 0; from < size; from += STEP) {
      const piece = await read(file, from, STEP + OVERLAP);
      for (const at of partsIn(piece)) if (from + at > 0) await new TiffParts(file, from + at).eraseGps();
      for (const { at, length } of xmpPlacesIn(piece)) await file.write(' '.repeat(length), from + at);
    }
  } finally {
    await file.close();
  }
}

/** EXIF is a small TIFF file within another: where one might begin. */
function* partsIn(piece: Buffer): Generator<number> {
  for (const magic of ['II*\0', 'MM\0*'])
    for (let at = piece.indexOf(magic, 0, 'latin1'); at >= 0; at = piece.indexOf(magic, at + 1, 'latin1'))
      yield at;
}

/** The same as XMP has it: attributes or elements of text. */
function xmpPlacesIn(piece: Buffer): { at: number; length: number }[] {
  const found = piece.toString('latin1').matchAll(/(exif:GPS\w{1,40}(?:="|='|>))([^"'<]{1,120})/g);
  return [...found].map(({ index, 1: name = '', 2: value = '' }) => ({
    at: index + name.length,
    length: value.length,
  }));
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

interface Entry {
  tag: number;
  /** Where its value stands by itself, and how long it is; 0 where it is within the entry. */
  valueAt: number;
  valueSize: number;
}

/** The directories of a TIFF file that begins at `base`. What does not look like one is left alone. */
class TiffParts {
  private isLittle = false;

  constructor(
    private readonly file: FileHandle,
    private readonly base: number,
  ) {}

  async eraseGps(): Promise<void> {
    const header = await read(this.file, this.base, 8);
    const order = header.toString('latin1', 0, 2);
    if (header.length < 8 || (order !== 'II' && order !== 'MM')) return;
    this.isLittle = order === 'II';
    const entries = await this.directory(this.uint(header, 4, 4), MAX_ENTRIES);
    for (const { tag, valueAt } of entries) if (tag === GPS_POINTER) await this.eraseDirectory(valueAt);
  }

  private async eraseDirectory(at: number): Promise<void> {
    const entries = await this.directory(at, MAX_GPS_ENTRIES);
    if (entries.length === 0 || entries.some(({ tag }) => tag > MAX_GPS_TAG)) return;
    for (const { valueAt, valueSize } of entries)
      if (valueSize > 0) await this.file.write(Buffer.alloc(valueSize), 0, valueSize, this.base + valueAt);
    // None in it any more.
    const whole = 2 + entries.length * ENTRY;
    await this.file.write(Buffer.alloc(whole), 0, whole, this.base + at);
  }

  private async directory(at: number, maxEntries: number): Promise<Entry[]> {
    const head = await read(this.file, this.base + at, 2);
    const count = head.length === 2 ? this.uint(head, 0, 2) : 0;
    if (count === 0 || count > maxEntries) return [];
    const body = await read(this.file, this.base + at + 2, count * ENTRY);
    if (body.length < count * ENTRY) return [];
    const { size: fileSize } = await this.file.stat();
    return Array.from({ length: count }, (_, n) => {
      const [tag, type] = [this.uint(body, n * ENTRY, 2), this.uint(body, n * ENTRY + 2, 2)];
      const size = (SIZES[type] ?? 0) * this.uint(body, n * ENTRY + 4, 4);
      const valueAt = this.uint(body, n * ENTRY + 8, 4);
      const isThere = size > 4 && size <= 64 * 1024 && this.base + valueAt + size <= fileSize;
      return { tag, valueAt, valueSize: isThere ? size : 0 };
    });
  }

  private uint(bytes: Buffer, at: number, length: 2 | 4): number {
    return this.isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  }
}
