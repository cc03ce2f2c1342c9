import { isInt, isString, matches, max, maxLength, min, minLength } from 'class-validator';
import { describe, expect, it } from 'vitest';

import { OBJECT_ID } from './fields.js';
import { quickRule } from './quick-rules.js';

/** Code units of which some make one character together. */
const PARTS = ['a', ' ', '\n', '0', '\ud83d', '\ude00', '\ufe0f', '\u0301', '\u200d'];
const TEXTS = [0, 1, 2, 3, 4, 5].flatMap((length) =>
  Array.from({ length: PARTS.length ** Math.min(length, 4) }, (_, n) =>
    Array.from({ length }, (__, at) => PARTS[Math.floor(n / PARTS.length ** (at % 4)) % PARTS.length]).join(
      '',
    ),
  ),
);
const ID = '6920f1b0a1b2c3d4e5f60710';
const OTHERS = [
  null,
  undefined,
  true,
  0,
  1,
  -1,
  1.5,
  3,
  2 ** 60,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  {},
  [1],
];
const VALUES = [...TEXTS, ID, `${ID}\n`, ID.toUpperCase(), 'x'.repeat(65), ...OTHERS];

const RULES: [string, unknown, (value: unknown) => boolean][] = [
  ['isString', undefined, isString],
  ...[0, 1, 2, 3].map((n): [string, unknown, (value: unknown) => boolean] => [
    'minLength',
    n,
    (value) => minLength(value, n),
  ]),
  ...[0, 1, 4, 64].map((n): [string, unknown, (value: unknown) => boolean] => [
    'maxLength',
    n,
    (value) => maxLength(value, n),
  ]),
  ['matches', OBJECT_ID, (value) => matches(value as string, OBJECT_ID)],
  ['matches', /\S/, (value) => matches(value as string, /\S/)],
  ['isInt', undefined, isInt],
  ['min', 1, (value) => min(value, 1)],
  ['max', 1, (value) => max(value, 1)],
];

describe('quickRule', () => {
  it.each(RULES)('should say yes to %s %s only where class-validator does', (name, constraint, rule) => {
    const quick = quickRule(name, [constraint]);
    const accepted = VALUES.filter((value) => quick?.(value));

    expect(accepted.filter((value) => !rule(value))).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
  });

  it('should not judge by a pattern that goes on where it ended', () => {
    const quick = quickRule('matches', [/a/g]);

    expect(quick?.('a')).toBe(false);
  });

  it('should have none of other rules, and of what every object inherits', () => {
    expect([quickRule('isISO8601', [{}]), quickRule(undefined), quickRule('toString', [1])]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
