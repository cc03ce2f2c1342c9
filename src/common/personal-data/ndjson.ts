import type { Page } from '../pagination/cursor.js';
import type { ExportedFile } from './personal-data.js';

/** Lines are handed on in pieces of about this size. */
const PIECE = 16_384;

/** One JSON object per line. */
export function ndjson(path: string, rows: AsyncIterable<object> | Iterable<object>): ExportedFile {
  return { path, content: linesOf(rows) };
}

async function* linesOf(rows: AsyncIterable<object> | Iterable<object>): AsyncGenerator<string> {
  let piece = '';
  for await (const row of rows) {
    piece += `${JSON.stringify(row)}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** All rows of a list that goes on behind the last of those before, until there is none. */
export async function* rowsBehind<T>(find: (last: T | null) => Promise<readonly T[]>): AsyncGenerator<T> {
  let last: T | null = null;
  for (;;) {
    const rows = await find(last);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (last === null) return;
  }
}

/** All items of a list that comes in pages, a page at a time. */
export async function* itemsOf<T>(page: (cursor: string | undefined) => Promise<Page<T>>): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await page(cursor);
    yield* items;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}
