import { describe, expect, it } from 'vitest';

import { nameKeyOf, normaliseEmail, normalisePhone, PHONE } from './normalise.js';

describe('normaliseEmail', () => {
  it.each([
    ['  Ada@Example.COM ', 'ada@example.com'],
    ['ada＠example.com', 'ada@example.com'],
    ['\u212Aurt@example.com', 'kurt@example.com'],
    ['\u00A0ada@example.com\u2003', 'ada@example.com'],
  ])('should write %j as %j, and then leave it', (text, expected) => {
    expect(normaliseEmail(text)).toBe(expected);
    expect(normaliseEmail(expected)).toBe(expected);
  });
});

describe('normalisePhone', () => {
  it('should drop what stands between the digits, and nothing else', () => {
    expect(normalisePhone('+49 (151) 234-56.789')).toBe('+4915123456789');
    expect(normalisePhone('+49x151')).toBe('+49x151');
  });

  it.each(['+123456', '+1234567890123456', '+0151234567', '4915123456789', '+49151234567\n', ''])(
    'should not take %j for a number',
    (text) => expect(PHONE.test(text)).toBe(false),
  );
});

describe('nameKeyOf', () => {
  it.each([
    ['  Ada   LOVELACE ', 'ada lovelace'],
    ['Ａｄａ', 'ada'],
    ['A\u200Bda\u202E', 'ada'],
    ['\u200B\u200B', ''],
  ])('should find %j by %j', (name, key) => {
    expect(nameKeyOf(name)).toBe(key);
  });

  it('should stay short enough for a page cursor', () => {
    expect(Array.from(nameKeyOf('😀'.repeat(100)))).toHaveLength(64);
    expect(Array.from(nameKeyOf('ﷺ'.repeat(100)))).toHaveLength(64);
  });
});
