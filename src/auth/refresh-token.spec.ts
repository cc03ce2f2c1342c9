import { describe, expect, it } from 'vitest';

import { hashOf, isHashOf, newRefreshToken, parseRefreshToken } from './refresh-token.js';

const SESSION = '665f1f77bcf86cd799439011';

describe('refresh token', () => {
  it('should keep its family and change its secret', () => {
    const first = newRefreshToken(SESSION);
    const second = newRefreshToken(SESSION, first.family);

    expect(parseRefreshToken(first.text)).toEqual(first);
    expect(parseRefreshToken(second.text)).toEqual(second);
    expect(second.family).toBe(first.family);
    expect(second.text).not.toBe(first.text);
    expect(newRefreshToken(SESSION).family).not.toBe(first.family);
  });

  it('should have a family and a secret of 256 bits each', () => {
    const [, family, secret] = newRefreshToken(SESSION).text.split('.');

    expect(Buffer.from(family!, 'base64url')).toHaveLength(32);
    expect(Buffer.from(secret!, 'base64url')).toHaveLength(32);
  });

  it.each([
    '',
    SESSION,
    `${SESSION}..`,
    `${SESSION}.abc.def`,
    `x${newRefreshToken(SESSION).text}`,
    '\0',
    '{"$ne":1}',
  ])('should not read %j', (text) => {
    expect(parseRefreshToken(text)).toBeNull();
    expect(parseRefreshToken(`${newRefreshToken(SESSION).text}\n`)).toBeNull();
  });

  it('should be known by its hash only', () => {
    const { text } = newRefreshToken(SESSION);

    expect(hashOf(text)).toHaveLength(43);
    expect(isHashOf(text, hashOf(text))).toBe(true);
    expect(isHashOf(`${text}x`, hashOf(text))).toBe(false);
  });
});
