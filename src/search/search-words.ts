/*
 * What of a text can be searched. A word is found by its whole, and by its beginning; scripts that put no
 * spaces between words (Chinese, Japanese, Korean, Thai ...) are found by any part of a run of characters.
 */

/** One word, one character of a script without spaces, or one emoji, where it stands in the text. */
export interface Token {
  readonly kind: 'word' | 'gram';
  /** In the form in which it is compared. */
  readonly text: string;
  /** Offsets in UTF-16 code units, the end excluded. */
  readonly start: number;
  readonly end: number;
}

const UNSPACED =
  '(?=[\\p{L}\\p{N}])[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Bopo}\\p{scx=Hang}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]';
const TOKEN = new RegExp(
  `(?<gram>(?:${UNSPACED}|\\p{Extended_Pictographic})\\p{M}*)|(?<word>(?!${UNSPACED})[\\p{L}\\p{N}](?:(?!${UNSPACED})[\\p{L}\\p{N}\\p{M}])*)`,
  'gu',
);

/** Longer words are cut here, in texts and in questions alike. */
const MAX_WORD = 40;

export function tokensOf(text: string): Token[] {
  return (
    plainTokensOf(text) ??
    Array.from(text.matchAll(TOKEN)).flatMap((match): Token[] => {
      const folded = fold(match[0]);
      if (folded === '') return [];
      const kind = match.groups?.gram === undefined ? 'word' : 'gram';
      return [{ kind, text: folded, start: match.index, end: match.index + match[0].length }];
    })
  );
}

/** Of a text without any letter but a-z, as most are: there is nothing to fold but the case. Else `null`. */
function plainTokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : SPACE;
    if (code > LAST_PLAIN) return null;
    if (isLetterOrDigit(code)) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      const word = text.slice(start, Math.min(at, start + MAX_WORD)).toLowerCase();
      tokens.push({ kind: 'word', text: word, start, end: at });
      start = -1;
    }
  }
  return tokens;
}

const SPACE = 0x20;
const LAST_PLAIN = 0x7f;

function isLetterOrDigit(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

/** No case, no accents, no compatibility forms: `Ｃａｆé` and `cafe` are one word. */
export function fold(text: string): string {
  const plain = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  // By way of the upper case, which makes one of `ß` and `ss`, and of the two small sigmas.
  const folded = plain.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
  return folded.length <= MAX_WORD ? folded : Array.from(folded).slice(0, MAX_WORD).join('');
}

/** Beginnings of these lengths are terms of their own; `^` is in no word. */
const PREFIX_LENGTHS = [8, 5, 3];
const prefixTerm = (prefix: string) => `^${prefix}`;

/** The most terms that one message takes in the index; those of a longer text that come last are left out. */
const MAX_TERMS = 500;

/** The terms by which a message is found, each once: those of its first texts before those of the others. */
export function termsOfAll(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap(termsOf))].slice(0, MAX_TERMS);
}

/** The terms by which a text is found, each once. */
export function termsOf(text: string): string[] {
  const whole = new Set<string>();
  const parts = new Set<string>();
  let before: Token | null = null;
  for (const token of tokensOf(text)) {
    whole.add(token.text);
    if (token.kind === 'gram' && before && isRun(before, token)) parts.add(before.text + token.text);
    if (token.kind === 'word') for (const term of prefixTermsOf(token.text)) parts.add(term);
    before = token;
  }
  return [...whole, ...parts].slice(0, MAX_TERMS);
}

function prefixTermsOf(word: string): string[] {
  const letters = lettersOf(word);
  return PREFIX_LENGTHS.filter((length) => length <= letters.length).map((length) =>
    prefixTerm(beginningOf(letters, length)),
  );
}

/** Most words have none that takes two code units. */
const lettersOf = (word: string): string | string[] => (SURROGATES.test(word) ? Array.from(word) : word);
const SURROGATES = /[\ud800-\udfff]/;

function beginningOf(letters: string | string[], length: number): string {
  const beginning = letters.slice(0, length);
  return typeof beginning === 'string' ? beginning : beginning.join('');
}

/** The term that leads to all words with this beginning; `null` when it is too short to lead anywhere. */
export function termOfPrefix(prefix: string): { term: string; isExact: boolean } | null {
  const letters = lettersOf(prefix);
  const length = PREFIX_LENGTHS.find((one) => one <= letters.length);
  if (length === undefined) return null;
  return { term: prefixTerm(beginningOf(letters, length)), isExact: length === letters.length };
}

/** Whether `next` follows without a gap: both are characters of one run. */
export function isRun(token: Token, next: Token): boolean {
  return token.kind === 'gram' && next.kind === 'gram' && token.end === next.start;
}
