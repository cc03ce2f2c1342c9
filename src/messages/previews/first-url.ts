/** Longer addresses are made for machines. */
const MAX_URL = 2048;

const CANDIDATE = /https?:\/\/[^\s<>"]+/gi;
/** What ends a sentence and not an address. */
const TRAILING = new Set(".,!?;:'*_~|…");
const BRACKETS: [string, string][] = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
];

/** The first web address in a text that could have a preview, or `null`. */
export function firstUrl(text: string): string | null {
  for (const [candidate] of text.matchAll(CANDIDATE)) {
    const url = webUrl(trimmed(candidate));
    if (url) return url.href;
  }
  return null;
}

/** An http or https address of the usual port, which names no user and no password. */
export function webUrl(text: string, base?: string): URL | null {
  if (text.length > MAX_URL || !URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isWeb || url.username || url.password || url.href.length > MAX_URL) return null;
  url.hash = '';
  return url;
}

/** Without the marks behind it, and the brackets around it: `(see http://x.org/a_(b)).` */
function trimmed(candidate: string): string {
  const surplus = new Map(
    BRACKETS.map(([open, close]) => [close, count(candidate, close) - count(candidate, open)]),
  );
  let end = candidate.length;
  for (; end > 0; end -= 1) {
    const last = candidate.charAt(end - 1);
    const loose = surplus.get(last) ?? 0;
    if (loose <= 0 && !TRAILING.has(last)) break;
    surplus.set(last, loose - 1);
  }
  return candidate.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
