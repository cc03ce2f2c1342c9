import { describe, expect, it } from 'vitest';

import { fold, termsOf, tokensOf } from './search-words.js';

const words = (text: string) => tokensOf(text).map((token) => token.text);

describe('search words', () => {
  it.each([
    ['Café', 'cafe'],
    ['ＣＡＦÉ', 'cafe'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδοσ'],
    ['İstanbul', 'istanbul'],
    ['ﬁne', 'fine'],
    ['Ёлка', 'елка'],
    ['한국', '한국'],
    ['ｶﾞ', 'ガ'],
  ])('should fold %s to %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it.each([
    ["Don't panic, it's 5 o'clock!", ['don', 't', 'panic', 'it', 's', '5', 'o', 'clock']],
    ['well-known_thing/path', ['well', 'known', 'thing', 'path']],
    ['東京タワー2024', ['東', '京', 'タ', 'ワ', 'ー', '2024']],
    ['iPhone手机', ['iphone', '手', '机']],
    ['great 🎉 news👍🏽', ['great', '🎉', 'news', '👍']],
    ['مرحبا بالعالم', ['مرحبا', 'بالعالم']],
    ['नमस्ते दुनिया', ['नमस्ते', 'दुनिया']],
    ['?!... "" --', []],
    ['', []],
  ])('should find the words of %s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('should say where each word stands in the text as it was written', () => {
    const text = 'Ａ ﬁne Cafe\u0301 東京';

    expect(tokensOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Ａ',
      'ﬁne',
      'Cafe\u0301',
      '東',
      '京',
    ]);
  });

  it('should give words their beginnings, and characters of a run their neighbours', () => {
    expect(termsOf('Hi sushi, extraordinary').toSorted()).toEqual(
      ['hi', 'sushi', '^sus', '^sushi', 'extraordinary', '^ext', '^extra', '^extraord'].toSorted(),
    );
    expect(termsOf('北京 大学').toSorted()).toEqual(['北', '京', '大', '学', '北京', '大学'].toSorted());
  });

  it('should give every term once, and no text more than its share', () => {
    expect(termsOf('no no NO')).toEqual(['no']);
    const long = Array.from({ length: 800 }, (_, n) => `w${n}`).join(' ');
    expect(termsOf(long)).toHaveLength(500);
    expect(termsOf('a'.repeat(4096)).every((term) => term.length <= 41)).toBe(true);
  });

  it.each([
    'Hello World',
    "it's 5 o'clock, A1_b2-C3; (x)",
    `a long one: ${'Ab9'.repeat(20)}.`,
    '',
    ' \t\n\u0000~ ',
    'last',
  ])('should find the same words of %j whether anything else is to fold or not', (text) => {
    expect(tokensOf(`${text} é`).slice(0, -1)).toEqual(tokensOf(text));
    expect(new Set(termsOf(`${text} é`))).toEqual(new Set([...termsOf(text), 'e']));
  });
});
