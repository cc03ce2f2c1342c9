import type { mongo } from 'mongoose';

import { isWorthAnotherTry } from './worth-another-try.js';

/** One document's part of an update: what the expression calls `$$step`. */
export interface EachStep {
  id: mongo.ObjectId;
  step: object;
}

/**
 * Updates documents, each by a step of its own, in one statement: to the engine that is a fraction of a statement
 * each. `replacement` is an expression of the document (`$$ROOT`) and its `$$step`; where it answers the document
 * itself nothing is written. Answers how many were. Each document changes at once, all of them do not.
 *
 * Drivers repeat such updates by themselves nowhere. Here they are once, so a step must do nothing a second time.
 */
export async function updateEach<T extends mongo.Document>(
  rows: mongo.Collection<T>,
  steps: readonly EachStep[],
  replacement: object,
  options: mongo.UpdateOptions = {},
): Promise<number> {
  if (steps.length === 0) return 0;
  const ids = steps.map(({ id }) => id);
  const ofDocument = {
    $arrayElemAt: [
      { $literal: steps.map(({ step }) => step) },
      { $indexOfArray: [{ $literal: ids }, '$_id'] },
    ],
  };
  const pipeline = [{ $replaceWith: { $let: { vars: { step: ofDocument }, in: replacement } } }];
  const write = async () => {
    const filter = { _id: { $in: ids } } as unknown as mongo.Filter<T>;
    return (await rows.updateMany(filter, pipeline, options)).modifiedCount;
  };
  try {
    return await write();
  } catch (error) {
    if (!isWorthAnotherTry(error)) throw error;
    return write();
  }
}
