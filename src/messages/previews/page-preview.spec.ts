import { describe, expect, it } from 'vitest';

import { previewOf } from './page-preview.js';

const URL = 'https://example.com/page';
const of = (html: string) => previewOf(URL, { url: 'https://www.example.com/moved/', html });

describe('previewOf', () => {
  it('should take what the page says for it', () => {
    const html = `<html><head><title>Plain &amp; simple</title>
      <meta property="og:title" content="The &quot;title&quot;"><meta name="description" content="plain">
      <meta property="og:description" content="What it is about"><meta property="og:site_name" content="Example">
      <meta property="og:image" content="../image.png"></head>`;

    expect(of(html)).toEqual({
      url: URL,
      title: 'The "title"',
      description: 'What it is about',
      siteName: 'Example',
      imageUrl: 'https://www.example.com/image.png',
    });
  });

  it('should make do with a title, which may be cut short', () => {
    expect(of('<title>Only &amp; this</title> stray')).toEqual({ url: URL, title: 'Only & this' });
    expect(of('<title>First</title><svg><title>Second</title></svg>')).toEqual({ url: URL, title: 'First' });
    expect(of('<META NAME=Description CONTENT=about><TITLE>loud</TITLE>')).toMatchObject({
      title: 'loud',
      description: 'about',
    });
  });

  it.each(['', 'no page', '<title></title>', '<title> \u0000\u202e </title>', '<p>text</p>'])(
    'should be none of "%s"',
    (html) => {
      expect(of(html)).toBeNull();
    },
  );

  it('should be short, and free of what turns or breaks lines', () => {
    const preview = of(
      `<title>a\n\tb\u0000c\u202ed\u2066e&#7;f &lt;script&gt;</title><meta name="description" content="${'😀'.repeat(5000)}">`,
    );

    expect(preview?.title).toBe('a b c d e f <script>');
    expect(Array.from(preview?.description ?? '')).toHaveLength(300);
    expect(preview?.description?.isWellFormed()).toBe(true);
  });

  it.each([
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
    'http://127.0.0.1/a.png',
    'http://[::1]/a.png',
    'http://192.168.0.1/a.png',
    'http://localhost/a.png',
    'http://router/a.png',
    'http://user:x@example.com/a.png',
  ])('should name no image at %s', (image) => {
    expect(of(`<title>t</title><meta property="og:image" content="${image}">`)).toEqual({
      url: URL,
      title: 't',
    });
  });

  it('should end soon for pages made to be slow', () => {
    for (const piece of [
      '<a>',
      '<div><p>',
      '</b>',
      '<a></b>',
      '<svg><title>',
      '<a b=',
      '&amp',
      '<!--',
      '<meta a ',
    ])
      expect(of(`<title>t</title>${piece.repeat((512 * 1024) / piece.length)}`)).toEqual({
        url: URL,
        title: 't',
      });
  });
});
