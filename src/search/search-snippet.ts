import type { SearchMatch } from './search-match.js';

/** A piece of a text around what was found in it. */
export interface Snippet {
  text: string;
  /** `[start, end)` in `text`, in UTF-16 code units as JavaScript counts them. */
  matches: [number, number][];
}

const BEFORE = 40;
const LENGTH = 160;
const CUT = '…';

/** Begins a little before the first match, at the start of a word. Plain text: markup is the client's. */
export function snippetOf(text: string, { ranges, tokens }: SearchMatch): Snippet {
  const [firstStart = 0, firstEnd = 0] = ranges[0] ?? [];
  const start =
    text.length <= LENGTH ? 0 : (tokens.find((token) => token.start >= firstStart - BEFORE)?.start ?? 0);
  const from = start <= BEFORE / 2 && firstEnd <= LENGTH ? 0 : start;
  const to = endOf(text, from, tokens);
  const lead = from > 0 ? CUT : '';
  const shift = lead.length - from;
  return {
    text: lead + text.slice(from, to) + (to < text.length ? CUT : ''),
    matches: ranges
      .filter(([begin]) => begin >= from && begin < to)
      .map(([begin, end]) => [begin + shift, Math.min(end, to) + shift]),
  };
}

/** Behind the last whole word that fits; inside a word only where that alone is longer than a snippet. */
function endOf(text: string, from: number, tokens: SearchMatch['tokens']): number {
  const limit = from + LENGTH;
  if (limit >= text.length) return text.length;
  const last = tokens.findLast(({ start, end }) => start >= from && end <= limit);
  if (last) return last.end;
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1));
  return isHalf ? limit - 1 : limit;
}
