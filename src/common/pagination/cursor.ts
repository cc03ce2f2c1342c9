import { ApiProperty } from '@nestjs/swagger';

import { ValidationError } from '../errors/app-error.js';
import { IntQueryField, OBJECT_ID, TextField } from '../validation/fields.js';
import { HotPayload } from '../validation/hot-payload.js';

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 100;

/** `?limit=&cursor=` of every list. */
@HotPayload()
export class PageQueryDto {
  @IntQueryField({
    min: 1,
    max: MAX_PAGE,
    optional: true,
    default: DEFAULT_PAGE,
    description: 'Items per page',
  })
  limit?: number;

  @TextField({ min: 1, max: 512, optional: true, description: '`nextCursor` of the page before' })
  cursor?: string;
}

export interface Page<T> {
  items: T[];
  /** Hand it back as `cursor` for the next page; `null` at the end. */
  nextCursor: string | null;
}

export class PageView {
  @ApiProperty({ type: String, nullable: true, example: null, description: '`null` at the end' })
  nextCursor: string | null;
}

/** A cursor is the sort key of the last item: opaque to clients, checked when it comes back. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** `shape` names the type of each part; anything else than what we handed out is `VALIDATION`. */
export function decodeCursor(
  cursor: string,
  shape: readonly ('string' | 'number' | 'id')[],
): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(parts) &&
      parts.length === shape.length &&
      shape.every((kind, i) => isOf(kind, parts[i]))
    ) {
      return parts as (string | number)[];
    }
  } catch {
    // falls through: not JSON at all
  }
  throw ValidationError.of('cursor', 'cursor', 'cursor must be a nextCursor that this list returned');
}

/** A page of a list of ids, ascending: `find` is asked for one more than fits, to know whether it goes on. */
export async function idPage(
  { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  find: (page: { afterId: string | null; limit: number }) => Promise<string[]>,
): Promise<Page<string>> {
  const afterId = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
  const ids = await find({ afterId, limit: limit + 1 });
  const items = ids.slice(0, limit);
  const last = ids.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor([last]) : null };
}

/** The last moment that a Date can hold; no counter of ours gets there either. */
const MAX_NUMBER = 8.64e15;

function isOf(kind: 'string' | 'number' | 'id', value: unknown): boolean {
  if (kind === 'number') return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_NUMBER;
  if (typeof value !== 'string') return false;
  return kind === 'id' ? OBJECT_ID.test(value) : value.isWellFormed();
}
