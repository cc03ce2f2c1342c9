import 'reflect-metadata';
import { describe, expect, it } from 'vitest';

import { type FieldError, ValidationError } from '../errors/app-error.js';
import { toDto } from './dto.pipe.js';
import {
  BooleanField,
  EnumField,
  IdField,
  IdListField,
  IntField,
  IntQueryField,
  NestedField,
  TextField,
  TimeField,
} from './fields.js';

const ID = '665f1f77bcf86cd799439011';
const OTHER_ID = '665f1f77bcf86cd799439012';

class PlaceDto {
  @TextField({ max: 5 })
  name: string;
}

class SampleDto {
  @TextField({ optional: true, min: 2, max: 4, trim: true, blank: false })
  text?: string;

  @IdField({ optional: true })
  id?: string;

  @IdListField({ optional: true, min: 1, max: 3 })
  ids?: string[];

  @IntField({ optional: true, min: 1, max: 10 })
  int?: number;

  @IntQueryField({ optional: true, min: 0 })
  query?: number;

  @BooleanField({ optional: true })
  flag?: boolean;

  @EnumField(['a', 'b'], { optional: true })
  choice?: 'a' | 'b';

  @TimeField({ optional: true })
  at?: string;

  @NestedField(() => PlaceDto, { optional: true })
  place?: PlaceDto;

  @TextField({ max: 10, nullable: true, optional: true })
  nullable?: string | null;
}

function refusalOf(input: unknown): FieldError[] {
  try {
    toDto(SampleDto, input);
  } catch (error) {
    if (error instanceof ValidationError) return error.details as FieldError[];
    throw error;
  }
  throw new Error('it was admitted');
}

const rulesOf = (input: unknown) => refusalOf(input).map(({ field, rule }) => `${field}: ${rule}`);

describe('fields', () => {
  it.each([
    { text: '  ab ' },
    { text: '\u{1F600}\u{1F600}\u{1F600}\u{1F600}' },
    { id: ID },
    { ids: [ID, OTHER_ID] },
    { int: 10 },
    { query: '0' },
    { flag: false },
    { choice: 'b' },
    { at: '2026-11-22T10:15:30.123Z' },
    { place: { name: '' } },
    { nullable: null },
    {},
  ])('should admit %j', (input) => {
    expect(toDto(SampleDto, input)).toBeInstanceOf(SampleDto);
  });

  it.each([
    [{ text: 'a' }, 'text: minLength'],
    [{ text: ' a ' }, 'text: minLength'],
    [{ text: 'abcde' }, 'text: maxLength'],
    [{ text: 'ab\0' }, 'text: isCleanText'],
    [{ text: 'ab\ud800' }, 'text: isCleanText'],
    [{ text: ['ab'] }, 'text: isString'],
    [{ text: { $ne: null } }, 'text: isString'],
    [{ text: null }, 'text: isString'],
    [{ id: ID.toUpperCase() }, 'id: matches'],
    [{ id: `${ID}\n` }, 'id: matches'],
    [{ id: [ID] }, 'id: isString'],
    [{ ids: [] }, 'ids: arrayMinSize'],
    [{ ids: [ID, ID] }, 'ids: arrayUnique'],
    [{ ids: [ID, 7] }, 'ids: isString'],
    [{ ids: ID }, 'ids: isArray'],
    [{ ids: { length: 1, 0: ID } }, 'ids: isArray'],
    [{ int: 0 }, 'int: min'],
    [{ int: 11 }, 'int: max'],
    [{ int: 1.5 }, 'int: isInt'],
    [{ int: '1' }, 'int: isInt'],
    [{ int: Number.NaN }, 'int: isInt'],
    [{ query: '1e3' }, 'query: isInt'],
    [{ query: ['1', '2'] }, 'query: isInt'],
    [{ query: '-1' }, 'query: min'],
    [{ query: '9999999999999999' }, 'query: max'],
    [{ flag: 'true' }, 'flag: isBoolean'],
    [{ choice: 'c' }, 'choice: isIn'],
    [{ choice: ['a'] }, 'choice: isString'],
    [{ at: 'yesterday' }, 'at: isIso8601'],
    [{ at: 0 }, 'at: isIso8601'],
    [{ place: 'here' }, 'place: isObject'],
    [{ place: { name: 'longer' } }, 'place.name: maxLength'],
    [{ place: { extra: 1 } }, 'place.extra: whitelistValidation'],
    [{ extra: 1 }, 'extra: whitelistValidation'],
  ])('should refuse %j by %s', (input, rule) => {
    expect(rulesOf(input)).toContain(rule);
  });

  it('should judge a list as long as any payload may be', () => {
    const ids = Array.from({ length: 8000 }, (_, index) => index);

    expect(rulesOf({ ids })).toEqual(['ids: matches', 'ids: isString', 'ids: arrayMaxSize']);
  });
});
