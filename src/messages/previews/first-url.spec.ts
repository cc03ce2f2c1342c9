import { describe, expect, it } from 'vitest';

import { firstUrl } from './first-url.js';

describe('firstUrl', () => {
  it.each([
    ['see https://example.com', 'https://example.com/'],
    ['https://example.com/a?b=c#part', 'https://example.com/a?b=c'],
    ['two: http://a.example and http://b.example', 'http://a.example/'],
    ['the end of a sentence: https://example.com/page.', 'https://example.com/page'],
    ['(in brackets: https://example.com/page)', 'https://example.com/page'],
    ['https://en.wikipedia.org/wiki/Go_(game)', 'https://en.wikipedia.org/wiki/Go_(game)'],
    ['(https://en.wikipedia.org/wiki/Go_(game)), of course', 'https://en.wikipedia.org/wiki/Go_(game)'],
    ['HTTPS://EXAMPLE.COM/Path', 'https://example.com/Path'],
    ['https://пример.рф/путь', 'https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C'],
    ['http://user:secret@example.com then https://b.example', 'https://b.example/'],
  ])('should find in "%s"', (text, url) => {
    expect(firstUrl(text)).toBe(url);
  });

  it.each([
    'no address here',
    'ftp://example.com file:///etc/passwd javascript:alert(1)',
    'http:// https://',
    'http://user@example.com',
    `https://example.com/${'x'.repeat(2100)}`,
    'example.com',
  ])('should find none in "%s"', (text) => {
    expect(firstUrl(text)).toBeNull();
  });

  it('should cost no more than its length, whatever is written', () => {
    for (const piece of ['!', ')', '(', 'http://', 'http://x)!'])
      expect(firstUrl(`http://${piece.repeat(100_000)}`)).toBeNull();
  });
});
