import { describe, expect, it } from 'vitest';

import { contentTypeOf, isShownInline } from './content-types.js';

describe('contentTypeOf', () => {
  it.each([
    ['image/jpeg', 'image', 'image/jpeg'],
    ['image/apng', 'image', 'image/png'],
    ['audio/ogg; codecs=opus', 'audio', 'audio/ogg'],
    ['audio/x-m4a', 'audio', 'audio/mp4'],
    ['video/webm', 'video', 'video/webm'],
    ['application/pdf', 'file', 'application/pdf'],
    ['image/heic', 'file', 'image/heic'],
    ['text/plain', 'file', 'text/plain'],
  ])('should take %s as %s of type %s', (found, kind, mimeType) => {
    expect(contentTypeOf(found)).toMatchObject({ kind, mimeType });
  });

  it.each([
    null,
    '',
    'text/html',
    'image/svg+xml',
    'application/xml',
    'text/javascript',
    'constructor',
    'a b/c',
  ])('should name %j by no type that says anything', (found) => {
    expect(contentTypeOf(found)).toEqual({ kind: 'file', mimeType: 'application/octet-stream' });
  });
});

describe('isShownInline', () => {
  it('should leave documents and scripts to the disk', () => {
    expect(['image/png', 'audio/ogg', 'video/mp4'].map(isShownInline)).toEqual([true, true, true]);
    expect(['application/pdf', 'text/plain', 'image/svg+xml'].map(isShownInline)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
