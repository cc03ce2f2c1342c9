import { Types } from 'mongoose';

export type ObjectId = Types.ObjectId;

/** string -> ObjectId; the text must be a checked id (`OBJECT_ID`) or one of ours. */
export const toObjectId = (id: string): ObjectId => Types.ObjectId.createFromHexString(id);

export const newObjectId = (): ObjectId => new Types.ObjectId();
