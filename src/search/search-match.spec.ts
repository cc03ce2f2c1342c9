import { describe, expect, it } from 'vitest';

import { matchText } from './search-match.js';
import { parseQuery, type SearchQuery } from './search-query.js';
import { snippetOf } from './search-snippet.js';
import { termsOf } from './search-words.js';

const query = (text: string) => parseQuery(text) as SearchQuery;
const found = (text: string, q: string) => {
  const match = matchText(text, query(q));
  return match && match.ranges.map(([start, end]) => text.slice(start, end));
};

describe('search match', () => {
  it.each([
    ['Lunch tomorrow?', 'lunch', ['Lunch']],
    ['Lunch tomorrow?', 'lunch tom', ['Lunch', 'tomorrow']],
    ['Lunch tomorrow?', 'tomorrow lunch', ['Lunch', 'tomorrow']],
    ['Lunch tomorrow?', 'tom lunch', null],
    ['Lunch tomorrow?', 'tom ', null],
    ['Lunch tomorrow?', 'dinner', null],
    ['At CAFÉ Ré', 'cafe re', ['CAFÉ', 'Ré']],
    ['我在北京大学', '大学', ['大学']],
    ['我在北京大学', '学', ['学']],
    ['我在北京大学', '京学', null],
    ['北 京', '北京', null],
    ['สวัสดีครับ', 'ครับ', ['ครับ']],
    ['well done 🎉🎉', '🎉', ['🎉🎉']],
    ['ab abc', 'ab', ['ab']],
    ['cost: $100', '$100', ['100']],
  ])('should find in "%s" for "%s": %j', (text, q, expected) => {
    expect(found(text, q)).toEqual(expected);
  });

  it.each(['', ' ', '.*', '?!', '---'])('should find nothing to look for in "%s"', (q) => {
    expect(parseQuery(q)).toBeNull();
  });

  it('should put words in their order above whole words, and these above beginnings', () => {
    const scores = ['a lunch tomorrow', 'tomorrow, a lunch', 'tomorrowland has lunch'].map(
      (text) => matchText(text, query('lunch tomorrow'))?.score,
    );

    expect(scores).toEqual([2, 1, 0]);
  });

  it('should look by terms that every text has that it finds', () => {
    const texts = ['Lunch tomorrow?', '我在北京大学 today', 'Straße 5', 'extraordinarily 🎉', 'สวัสดีครับ'];
    const questions = [
      'lunch tom',
      'tomo',
      '北京大',
      'strass',
      'strasse 5',
      'extraordinar',
      '🎉',
      'ครับ',
      'toda',
    ];

    const answers = texts.flatMap((text) =>
      questions
        .map(query)
        .filter((q) => matchText(text, q))
        .map((q) => ({ terms: termsOf(text), needed: q.terms })),
    );

    expect(answers.length).toBeGreaterThanOrEqual(questions.length);
    for (const { terms, needed } of answers) expect(terms).toEqual(expect.arrayContaining([...needed]));
  });
});

describe('search snippet', () => {
  const snippet = (text: string, q: string) => {
    const match = matchText(text, query(q));
    if (!match) throw new Error('not found');
    const { text: piece, matches } = snippetOf(text, match);
    return { piece, marked: matches.map(([start, end]) => piece.slice(start, end)) };
  };

  it('should be the whole of a short text', () => {
    expect(snippet('See you at lunch, then lunch again', 'lunch')).toEqual({
      piece: 'See you at lunch, then lunch again',
      marked: ['lunch', 'lunch'],
    });
  });

  it('should be a piece of a long one, cut between words, with the marks moved along', () => {
    const text = `${'before and '.repeat(100)}needle in the ${'haystack after '.repeat(100)}needle`;

    const { piece, marked } = snippet(text, 'needle');

    expect(marked).toEqual(['needle']);
    expect(piece.length).toBeLessThan(165);
    expect(piece).toMatch(/^…(before|and) .*needle in the .*(haystack|after)…$/);
  });

  it('should stay well formed where there is nothing but one long word', () => {
    const { piece, marked } = snippet(`${'𝔘'.repeat(1000)} end`, '𝔘'.repeat(100));

    expect(piece.isWellFormed()).toBe(true);
    expect(marked).toHaveLength(1);
  });
});
