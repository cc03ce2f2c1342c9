import { describe, expect, it } from 'vitest';

import { cleanFileName } from './file-name.js';

describe('cleanFileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['Fahrplan für Köln.pdf', 'Fahrplan für Köln.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ann\\x.txt', 'x.txt'],
    ['a\0b\r\n.txt', 'ab.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['..', 'file'],
    ['', 'file'],
    [' ', 'file'],
    [undefined, 'file'],
    ['\ud800.txt', '\ufffd.txt'],
  ])('should make of %j %j', (given, expected) => {
    expect(cleanFileName(given)).toBe(expected);
  });

  it('should shorten a long one and keep its extension', () => {
    const name = cleanFileName(`${'ä'.repeat(500)}.pdf`);

    expect(name).toHaveLength(200);
    expect(name.endsWith('ä.pdf')).toBe(true);
  });
});
