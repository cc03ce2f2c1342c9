/*
 * One written form per thing that people type in many, made before it is stored or looked for.
 */

/** NFKC first: it turns look-alikes such as the Kelvin sign into letters that then have a lower case. */
export function normaliseEmail(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** Drops what people put between digits: `+49 (170) 123-45` -> `+4917012345`. */
export function normalisePhone(text: string): string {
  return text.normalize('NFKC').replace(/[\s().-]/g, '');
}

export const PHONE = /^\+[1-9]\d{6,14}$/;

/** Names are found by their first 64 characters: so the key, four bytes each, fits into a page cursor. */
const NAME_KEY_LENGTH = 64;

/** What a name is searched and sorted by: no case, no look-alikes, no invisible characters. */
export function nameKeyOf(name: string): string {
  const visible = name.normalize('NFKC').replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
  return Array.from(visible.toLowerCase()).slice(0, NAME_KEY_LENGTH).join('');
}
