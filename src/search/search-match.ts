import type { QueryPart, SearchQuery } from './search-query.js';
import { isRun, type Token, tokensOf } from './search-words.js';

/** Where and how well a text answers a question. */
export interface SearchMatch {
  /** 2: the words stand there one after the other; 1: each as a whole word; 0: the last one as a beginning. */
  readonly score: number;
  /** `[start, end)` of what matches, ascending, without overlaps. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly tokens: readonly Token[];
}

/** Best of all scores: above it a ranking begins. */
export const TOP_SCORE = 2;

/** `null` when something of the question is not there. The last word on whether a message is found. */
export function matchText(text: string, { parts }: SearchQuery): SearchMatch | null {
  const tokens = tokensOf(text);
  const found = parts.map((part) => placesOf(part, tokens));
  if (found.some((places) => places.length === 0)) return null;
  const isPhrase = parts.length > 1 && (found[0] ?? []).some((place) => isFollowed(place, found, tokens));
  const isWhole = parts.every((part) => part.kind !== 'prefix' || tokens.some(isWord(part.text)));
  return {
    score: isPhrase ? TOP_SCORE : isWhole ? 1 : 0,
    ranges: rangesOf(found.flat(), tokens),
    tokens,
  };
}

/** Both ends included, counted in tokens. */
interface Place {
  first: number;
  last: number;
}

function placesOf(part: QueryPart, tokens: readonly Token[]): Place[] {
  return tokens.flatMap((token, first) => {
    if (part.kind === 'run') {
      const last = first + part.characters.length - 1;
      const isHere = part.characters.every((character, offset) => {
        const here = tokens[first + offset];
        const before = tokens[first + offset - 1];
        return here?.text === character && (offset === 0 || (before && isRun(before, here)));
      });
      return isHere ? [{ first, last }] : [];
    }
    const fits = part.kind === 'word' ? isWord(part.text)(token) : isBeginning(part.text)(token);
    return fits ? [{ first, last: first }] : [];
  });
}

const isWord = (text: string) => (token: Token) => token.kind === 'word' && token.text === text;
const isBeginning = (text: string) => (token: Token) => token.kind === 'word' && token.text.startsWith(text);

/** Whether the other parts stand right behind this place of the first one, in their order. */
function isFollowed(place: Place, found: readonly Place[][], tokens: readonly Token[]): boolean {
  let { last } = place;
  for (const places of found.slice(1)) {
    const next = places.find(({ first }) => first === last + 1);
    if (!next || !tokens[next.first]) return false;
    ({ last } = next);
  }
  return true;
}

function rangesOf(places: Place[], tokens: readonly Token[]): [number, number][] {
  const ranges = places
    .map(({ first, last }): [number, number] => [tokens[first]?.start ?? 0, tokens[last]?.end ?? 0])
    .toSorted(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const range of ranges) {
    const before = merged.at(-1);
    if (before && range[0] <= before[1]) before[1] = Math.max(before[1], range[1]);
    else merged.push(range);
  }
  return merged;
}
