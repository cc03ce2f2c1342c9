import { Types } from 'mongoose';

export const NOW = new Date();
export const LATER = new Date(NOW.getTime() + 3_600_000);

/** The same id for the same number, wherever it is named. */
export const objectId = (kind: number, n: number) =>
  new Types.ObjectId(kind.toString(16).padStart(8, '0') + n.toString(16).padStart(16, '0'));
export const user = (n: number) => objectId(1, n);
export const chat = (n: number) => objectId(2, n);
export const session = (n: number) => objectId(3, n);
export const status = (n: number) => objectId(4, n);
export const hex = (id: Types.ObjectId) => id.toHexString();
export const long = (n: number) => hex(chat(n)); // chats 0, 1 and 2 have many messages

export const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
