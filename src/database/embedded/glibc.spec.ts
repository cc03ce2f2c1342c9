import { describe, expect, it } from 'vitest';

import { glibcVersion, isAtLeast } from './glibc.js';

describe('isAtLeast', () => {
  it.each([
    ['2.38', '2.38', true],
    ['2.41', '2.38', true],
    ['2.36', '2.38', false],
    ['2.4', '2.38', false],
    ['3.0', '2.38', true],
    ['2', '2.38', false],
  ])('should compare %s with %s by number', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe('glibcVersion', () => {
  it('should find a version or know that there is none', () => {
    expect(glibcVersion() ?? '0.0').toMatch(/^\d+\.\d+/);
  });
});
