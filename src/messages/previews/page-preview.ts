import { isIP } from 'node:net';

import { webUrl } from './first-url.js';
import { FlatParser } from './flat-parser.js';
import type { LinkPreview } from './link-preview.record.js';
import type { Page } from './page-fetcher.js';
import { bareHost } from './page-address.js';
import { isPublicAddress } from './public-address.js';

const MAX_TITLE = 200;
const MAX_DESCRIPTION = 300;
const MAX_SITE_NAME = 100;

/** Which of a page's names for a thing counts, the best first. */
const NAMES = {
  title: ['og:title', 'twitter:title', '<title>'],
  description: ['og:description', 'twitter:description', 'description'],
  image: ['og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image'],
  siteName: ['og:site_name', 'application-name'],
} as const;

const WANTED = new Set<string>(Object.values(NAMES).flat());
/** More than any answer of ours; a page must not fill the memory by its title. */
const MAX_RAW = 4096;

/** Control characters, and marks that turn the direction of the text around them. */
const UNWANTED = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** What a page says of itself; `null` where it has no title. `url` is as in the message. */
export function previewOf(url: string, page: Page): LinkPreview | null {
  const found = metadataOf(page.html);
  const first = (names: readonly string[], max: number) =>
    names.map((name) => clean(found.get(name) ?? '', max)).find(Boolean);
  const title = first(NAMES.title, MAX_TITLE);
  if (!title) return null;
  const description = first(NAMES.description, MAX_DESCRIPTION);
  const siteName = first(NAMES.siteName, MAX_SITE_NAME);
  const imageUrl = NAMES.image.map((name) => imageOf(found.get(name), page.url)).find(Boolean);
  return {
    url,
    title,
    ...(description && { description }),
    ...(imageUrl && { imageUrl }),
    ...(siteName && { siteName }),
  };
}

function metadataOf(html: string): Map<string, string> {
  const found = new Map<string, string>();
  const note = (name: string, text: string) => {
    if (WANTED.has(name) && !found.get(name)) found.set(name, text.slice(0, MAX_RAW));
  };
  let title: string | null = null;
  const parser = new FlatParser({
    onopentag(tag, { property, name, content = '' }) {
      // Of several titles (drawings have them too) the first counts.
      if (tag === 'title' && !found.has('<title>')) title = '';
      if (tag !== 'meta') return;
      for (const key of [property, name]) if (key) note(key.toLowerCase(), content);
    },
    ontext(text) {
      if (title !== null && title.length < MAX_RAW) title += text;
    },
    onclosetag(tag) {
      if (tag !== 'title' || title === null) return;
      note('<title>', title);
      title = null;
    },
  });
  parser.end(html);
  return found;
}

function clean(text: string, max: number): string {
  const line = text.slice(0, MAX_RAW).toWellFormed().replaceAll(UNWANTED, ' ').replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= max
    ? line
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}

/** Clients load it: it must not name a place in their own network. */
function imageOf(text: string | undefined, base: string): string | undefined {
  const url = text ? webUrl(text.trim(), base) : null;
  if (!url) return undefined;
  const host = bareHost(url);
  const isOutside = isIP(host) ? isPublicAddress(host) : host.includes('.') && !host.endsWith('.localhost');
  return isOutside ? url.href : undefined;
}
