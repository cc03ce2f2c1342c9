import { Types } from 'mongoose';

export type ObjectId = Types.ObjectId;

/** string -> ObjectId; the text must be a checked id (`OBJECT_ID`) or one of ours. */
export const toObjectId = (id: string): ObjectId => Types.ObjectId.createFromHexString(id);

export const newObjectId = (): ObjectId => new Types.ObjectId();

/** Pairs of ids as lists: for each first one the second ones, in their order. */
export function idsBy<Row>(
  rows: readonly Row[],
  pairOf: (row: Row) => readonly [ObjectId, ObjectId],
): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const row of rows) {
    const [key, id] = pairOf(row).map((one) => one.toHexString()) as [string, string];
    const list = lists.get(key);
    if (list) list.push(id);
    else lists.set(key, [id]);
  }
  return lists;
}
