import { isRun, termOfPrefix, type Token, tokensOf } from './search-words.js';

/** What has to be in a message: a word, the beginning of one, or a run of characters. */
export type QueryPart =
  | { readonly kind: 'word' | 'prefix'; readonly text: string }
  | { readonly kind: 'run'; readonly characters: readonly string[] };

/** A question as it is asked: all of its parts have to be there, in any order. */
export interface SearchQuery {
  readonly parts: readonly QueryPart[];
  /** Terms of the index, all of which a message must have. */
  readonly terms: readonly string[];
  /** Beyond the terms: some word must begin like this. */
  readonly prefix: string | null;
}

/** Each term is looked up by itself: the first ones narrow enough, the text itself decides in the end. */
const MAX_QUERY_TERMS = 8;

/** `null` when there is nothing in it that can be searched. */
export function parseQuery(text: string): SearchQuery | null {
  const parts = partsOf(text);
  if (parts.length === 0) return null;
  const terms = new Set<string>();
  let prefix: string | null = null;
  for (const part of parts) {
    if (part.kind === 'run') for (const term of runTerms(part.characters)) terms.add(term);
    else if (part.kind === 'word') terms.add(part.text);
    else {
      const leading = termOfPrefix(part.text);
      terms.add(leading?.term ?? part.text);
      if (leading && !leading.isExact) prefix = part.text;
    }
  }
  return { parts, terms: [...terms].slice(0, MAX_QUERY_TERMS), prefix };
}

/** The last word may be the beginning of one, unless something follows it. */
function partsOf(text: string): QueryPart[] {
  const tokens = tokensOf(text);
  const parts: QueryPart[] = [];
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    const last = parts.at(-1);
    if (before && last?.kind === 'run' && isRun(before, token)) {
      parts[parts.length - 1] = { kind: 'run', characters: [...last.characters, token.text] };
    } else parts.push(partOf(token, token.end === text.length));
  }
  return parts;
}

function partOf({ kind, text }: Token, isOpen: boolean): QueryPart {
  if (kind === 'gram') return { kind: 'run', characters: [text] };
  return { kind: isOpen && termOfPrefix(text) ? 'prefix' : 'word', text };
}

function runTerms(characters: readonly string[]): string[] {
  if (characters.length === 1) return [...characters];
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}
