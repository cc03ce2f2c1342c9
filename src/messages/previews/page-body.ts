import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { FlatParser } from './flat-parser.js';
import { NotFetchedError } from './page-address.js';

/** Where a page without a charset in its head may name it, by the rules of browsers. */
const META_BYTES = 1024;

/** The page's text, of at most `maxBytes` of it: what says who it is stands in front. */
export async function readHtml(response: IncomingMessage, maxBytes: number): Promise<string> {
  const [mediaType = '', ...parameters] = (response.headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'text/html') throw new NotFetchedError('The page is no HTML');
  const bytes = await firstBytes(decoded(response), maxBytes);
  const named = parameters.map((one) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(one)?.[1]).find(Boolean);
  return decode(bytes, named ?? charsetOf(bytes));
}

/** Unpacked piece by piece, so that what a few bytes unfold to is counted before it is there. */
function decoded(response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return response;
  const unpack =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : null;
  if (!unpack) throw new NotFetchedError('The page is packed in an unknown way');
  // Errors reach the reader of `unpack`.
  return pipeline(response, unpack, () => undefined);
}

async function firstBytes(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop destroys the stream, and nothing more is read.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // a charset that nobody knows
  }
}

/** What the page itself says. */
function charsetOf(bytes: Buffer): string {
  let charset = 'utf-8';
  const parser = new FlatParser({
    onopentag(name, attributes) {
      const inContent = /charset\s*=\s*([^\s;]+)/i.exec(attributes.content ?? '')?.[1];
      if (name === 'meta') charset = attributes.charset ?? inContent ?? charset;
    },
  });
  parser.end(bytes.subarray(0, META_BYTES).toString('latin1'));
  // Its bytes were read as such: it can't be one of two bytes a character.
  return /^utf-16/i.test(charset) ? 'utf-8' : charset;
}
