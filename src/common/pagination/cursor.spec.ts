import { describe, expect, it } from 'vitest';

import { ValidationError } from '../errors/app-error.js';
import { decodeCursor, encodeCursor } from './cursor.js';

const ID = '665f1f77bcf86cd799439011';
const forged = (json: string) => Buffer.from(json).toString('base64url');

describe('decodeCursor', () => {
  it('should give back what was encoded', () => {
    const parts = [8.64e15, ID, 'Zoë \u{1F600}', 0];

    expect(decodeCursor(encodeCursor(parts), ['number', 'id', 'string', 'number'])).toEqual(parts);
  });

  it.each([
    ['no base64 at all', '%%%'],
    ['no JSON', forged('x')],
    ['no list', forged('{"0":1}')],
    ['null', forged('null')],
    ['too few parts', forged('[]')],
    ['too many parts', forged(`[1,"${ID}",1]`)],
    ['text for a number', forged(`["1","${ID}"]`)],
    ['a number below all', forged(`[-1,"${ID}"]`)],
    ['half a number', forged(`[1.5,"${ID}"]`)],
    ['a time that no Date holds', forged(`[8640000000000001,"${ID}"]`)],
    ['a number that no index holds', forged(`[1e308,"${ID}"]`)],
    ['infinity', forged(`[1e999,"${ID}"]`)],
    ['an object for an id', forged('[1,{"$gt":""}]')],
    ['an id of another form', forged(`[1,"${ID.toUpperCase()}"]`)],
    ['deep nesting', forged(`${'['.repeat(5000)}${']'.repeat(5000)}`)],
  ])('should refuse %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, ['number', 'id'])).toThrow(ValidationError);
  });

  it('should refuse text with a lone surrogate', () => {
    expect(() => decodeCursor(forged('["\\ud800"]'), ['string'])).toThrow(ValidationError);
  });
});
