type Quick = (value: unknown) => boolean;

/*
 * Rules of class-validator by name: a yes at a glance to what nearly all values are. Its own rules make lists of matches
 * to count characters. Where a quick rule does not say yes, the rule itself is asked: nothing is refused here.
 */
const QUICK: Readonly<Record<string, (constraint: never) => Quick>> = {
  isString: () => (value) => typeof value === 'string',
  // A character takes three code units at most, as class-validator counts: a pair of surrogates and a variation selector.
  minLength: (min: number) => (value) => typeof value === 'string' && value.length >= 3 * min,
  maxLength: (max: number) => (value) => typeof value === 'string' && value.length <= max,
  // Other patterns go on where their last match ended.
  matches: (pattern: RegExp) =>
    pattern.global || pattern.sticky
      ? () => false
      : (value) => typeof value === 'string' && pattern.test(value),
  isInt: () => Number.isInteger,
  min: (min: number) => (value) => typeof value === 'number' && value >= min,
  max: (max: number) => (value) => typeof value === 'number' && value <= max,
};

/** Says yes only where the rule of this name would too; `null`: there is no quick one. */
export function quickRule(name: string | undefined, [constraint]: readonly unknown[] = []): Quick | null {
  return name !== undefined && Object.hasOwn(QUICK, name)
    ? (QUICK[name]?.(constraint as never) ?? null)
    : null;
}
