import { ValidateIf } from 'class-validator';

export type Condition = (object: object, value: unknown) => boolean;

const conditions = new WeakSet<Condition>();

/** What may be absent, and how: as `undefined`, as `null`. Its rules are asked only where it is not. */
export function MayBeAbsent(as: { undefined: boolean; null: boolean }): PropertyDecorator {
  const condition: Condition = (_object, value) =>
    !((as.undefined && value === undefined) || (as.null && value === null));
  conditions.add(condition);
  return ValidateIf(condition);
}

/** Whether a condition is of the kind above: it holds for whatever is given, and does not look at the other fields. */
export const isOfAbsence = (condition: Condition): boolean => conditions.has(condition);
