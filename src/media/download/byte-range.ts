import type { Request } from 'express';

import type { ByteRange } from '../storage/media-storage.js';

/**
 * The stretch that a request asks for; `null` for all of it, also where the header can't be read, asks for
 * several stretches at once, or is about another file (`If-Range`).
 */
export function rangeOf(request: Request, size: number, etag: string): ByteRange | 'unsatisfiable' | null {
  const { 'if-range': ifRange } = request.headers;
  if (ifRange !== undefined && ifRange !== etag) return null;
  const ranges = request.range(size, { combine: true });
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  const [range] = ranges;
  return range ? { start: range.start, end: range.end } : null;
}
