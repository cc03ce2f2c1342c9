import 'reflect-metadata';
import { describe, expect, it } from 'vitest';

import { ValidationError } from '../errors/app-error.js';
import { DtoPipe } from './dto.pipe.js';
import { TextField } from './fields.js';

class GreetingDto {
  @TextField({ max: 10 })
  text: string;
}

class NothingDto {}

const pipe = new DtoPipe();

function refusal(value: unknown, metatype: new () => object = GreetingDto): unknown {
  try {
    pipe.transform(value, { type: 'body', metatype });
  } catch (error) {
    if (error instanceof ValidationError) return error.details;
    throw error;
  }
  throw new Error('it was admitted');
}

describe('DtoPipe', () => {
  it('should make an instance that holds nothing but what was sent', () => {
    const dto = pipe.transform({ text: 'hi' }, { type: 'body', metatype: GreetingDto });

    expect(dto).toBeInstanceOf(GreetingDto);
    expect(Object.entries(dto as object)).toEqual([['text', 'hi']]);
  });

  it.each([
    ['a value of a custom decorator', { type: 'custom', metatype: GreetingDto } as const],
    ['a parameter without a class', { type: 'body', metatype: undefined } as const],
    ['a plain string parameter', { type: 'param', metatype: String } as const],
    ['a class that is no DTO', { type: 'body', metatype: Date } as const],
  ])('should leave %s alone', (_, metadata) => {
    const value = { anything: 1 };

    expect(pipe.transform(value, metadata)).toBe(value);
  });

  it.each([
    ['a list', []],
    ['text', 'x'],
    ['a number', 7],
    ['true', true],
    ['bytes', Buffer.from('{}')],
  ])('should refuse %s in place of an object', (_, value) => {
    expect(refusal(value)).toEqual([expect.objectContaining({ field: 'payload', rule: 'isObject' })]);
  });

  it.each([[null], [undefined]])('should take %s for an object without fields', (value) => {
    expect(refusal(value)).toContainEqual(expect.objectContaining({ field: 'text', rule: 'isString' }));
  });

  it('should refuse every field of a DTO without fields', () => {
    expect(refusal({ text: 'x' }, NothingDto)).toEqual([
      { field: 'text', rule: 'whitelistValidation', message: 'text is not a known field' },
    ]);
  });

  it.each([
    '{"__proto__":{"text":"x"}}',
    '{"text":"x","constructor":{}}',
    '{"text":"x","toString":1}',
    '{"text":{"a":[{"prototype":1}]}}',
  ])('should refuse %s by the name of the key, not drop it', (json) => {
    expect(refusal(JSON.parse(json))).toEqual([
      expect.objectContaining({
        rule: 'whitelistValidation',
        message: expect.stringMatching(/not a known field$/),
      }),
    ]);
  });

  it('should refuse deep nesting before anything recurses into it', () => {
    const deep: unknown = JSON.parse(`${'{"text":'.repeat(20_000)}1${'}'.repeat(20_000)}`);

    expect(refusal(deep)).toEqual([expect.objectContaining({ field: 'payload', rule: 'maxDepth' })]);
  });

  it.each([
    ['keys', Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 0]))],
    ['items', { text: Array.from({ length: 20_000 }, (_, index) => index) }],
    ['keys spread over many objects', { text: Array.from({ length: 5000 }, () => ({ a: 1 })) }],
  ])('should refuse thousands of %s before anything is made of them', (_, input) => {
    expect(refusal(input)).toEqual([expect.objectContaining({ field: 'payload', rule: 'maxEntries' })]);
  });

  it('should name a few of very many unknown fields, and no long one in full', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `${index}`.repeat(200));

    const details = refusal(Object.fromEntries(names.map((name) => [name, 0]))) as unknown[];

    expect(details).toHaveLength(50);
    expect(JSON.stringify(details).length).toBeLessThan(20_000);
  });

  it('should answer without the value that was refused', () => {
    expect(JSON.stringify(refusal({ text: 'a secret, too long' }))).not.toContain('secret');
  });
});
