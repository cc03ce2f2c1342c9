import { admits, resolve, sampleOf, type Schema, type Schemas } from './schema.js';

/** No answer may ever hold it: answers do not quote what they refuse. */
export const CANARY = 'zz-canary-zz';

export interface Hostile {
  label: string;
  value: unknown;
}

const ANYTHING: unknown[] = [
  0,
  7,
  -1,
  1.5,
  2 ** 53,
  1e308,
  -1e308,
  true,
  false,
  null,
  '',
  ' ',
  '7',
  'NaN',
  'null',
  CANARY,
  '\0',
  '\ud800',
  '\u202e\ufeff',
  '__proto__',
  'constructor',
  [],
  [[]],
  [null],
  [CANARY],
  [{ $ne: null }],
  {},
  { $ne: null },
  { $gt: '' },
  { $where: 'sleep(1000)' },
  { length: 3, 0: CANARY },
  { toString: CANARY, valueOf: CANARY },
  { type: 'Buffer', data: [1, 2, 3] },
];

/** Values of one field that the documents do not admit, so that the server has to refuse them by its name. */
export function refusedValues(given: Schema, schemas: Schemas): Hostile[] {
  const schema = resolve(given, schemas);
  const fitted = [...ANYTHING, ...nearMisses(schema, schemas)].filter(
    (value) => !admits(schema, value, schemas),
  );
  return [...fitted, ...uncleanTexts(schema, schemas)].map((value) => ({ label: labelOf(value), value }));
}

/** Odd values that the documents do admit: whatever becomes of them, it is not an inner error. */
export function oddValues(given: Schema, schemas: Schemas): Hostile[] {
  const schema = resolve(given, schemas);
  const values = [...ANYTHING, ...limits(schema, schemas), ...FORGED_CURSORS].filter((value) =>
    admits(schema, value, schemas),
  );
  return values.map((value) => ({ label: labelOf(value), value }));
}

/** Just outside of the limits. */
function nearMisses({ type, ...schema }: Schema, schemas: Schemas): unknown[] {
  const { maxLength, minLength = 0, minimum, maximum, minItems = 0, maxItems, items = {} } = schema;
  if (type === 'array') {
    const item = sampleOf(items, schemas);
    return [
      ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, (_, i) => distinct(item, i))]),
      ...(minItems > 0 ? [Array.from({ length: minItems - 1 }, (_, i) => distinct(item, i))] : []),
      [item, item],
      [item, CANARY],
      [item, 7],
      { 0: item, length: 1 },
    ];
  }
  return [
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1), '\u{1F600}'.repeat(maxLength + 1)]),
    ...(minLength > 1 ? ['x'.repeat(minLength - 1)] : []),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
  ];
}

/** Just inside of them. */
function limits({ type, ...schema }: Schema, schemas: Schemas): unknown[] {
  const { maxLength, minLength = 0, minimum, maximum, maxItems = 100, items = {} } = schema;
  if (type === 'array') {
    const item = sampleOf(items, schemas);
    return [Array.from({ length: Math.min(maxItems, 2000) }, (_, i) => distinct(item, i))];
  }
  if (type === 'integer' || type === 'number') return [minimum, maximum ?? Number.MAX_SAFE_INTEGER];
  if (type !== 'string') return [];
  return [
    '\u{1F600}'.repeat(Math.min(maxLength ?? 100, 4096)),
    'x'.repeat(Math.max(minLength, 1)),
    '{"$ne":null}',
    '$where',
    '.*',
    '(a+)+$',
    '\\',
    '%00%zz',
    '../../etc/passwd',
    '+0000000000',
    '\u0130\u0131\ufb03\u1e9e',
    'A\u030a'.repeat(20),
    '2026-11-22T10:15:30.123Z',
    '-271821-04-20T00:00:00.000Z',
    'f'.repeat(24),
    '0'.repeat(24),
  ];
}

/** Well-formed base64 and JSON, of shapes that no list hands out; and some that fit, with odd numbers. */
export const FORGED_CURSORS = [
  '[]',
  '{}',
  'null',
  '"x"',
  '[null]',
  '[{"$gt":""}]',
  '["\\u0000"]',
  '["\\ud800","ffffffffffffffffffffffff"]',
  '["ffffffffffffffffffffffff"]',
  '["x","ffffffffffffffffffffffff"]',
  '["ffffffffffffffffffffffff",1]',
  '["ffffffffffffffffffffffff",-1]',
  '[0,"ffffffffffffffffffffffff"]',
  '[-1,"ffffffffffffffffffffffff"]',
  '[1.5,"ffffffffffffffffffffffff"]',
  '[8640000000000001,"ffffffffffffffffffffffff"]',
  '[9007199254740993,"ffffffffffffffffffffffff"]',
  '[1e308,"ffffffffffffffffffffffff"]',
  '[1e999,"ffffffffffffffffffffffff"]',
  '[1,2]',
  '[1]',
].map((json) => Buffer.from(json).toString('base64url'));

/** No text of ours holds NUL or half a character, whatever its length and pattern. */
function uncleanTexts(schema: Schema, schemas: Schemas): string[] {
  if (schema.type !== 'string') return [];
  const good = String(sampleOf(schema, schemas));
  return [
    `${good.slice(0, -1)}\0`,
    `\0${good.slice(1)}`,
    `${good.slice(0, -1)}\ud800`,
    `\udc00${good.slice(1)}`,
  ];
}

function distinct(item: unknown, index: number): unknown {
  if (typeof item === 'string' && /^[0-9a-f]{24}$/.test(item)) return index.toString(16).padStart(24, '0');
  return typeof item === 'number' ? index : `${String(item)}${index}`;
}

function labelOf(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}... (${text.length})` : text;
}
