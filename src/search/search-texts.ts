import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { toMessageView } from '../messages/message.view.js';
import { matchText, type SearchMatch } from './search-match.js';
import type { SearchQuery } from './search-query.js';

/** A text of a message, and how it answers a question. */
export interface TextMatch {
  text: string;
  match: SearchMatch;
}

/**
 * What a message says, as its readers see it: what is written, what a poll asks and offers, the names of a
 * place, a contact card and files. What is deleted or expired says nothing, and the server's own words are
 * not searched.
 */
export function searchableTexts(row: ChatLogRow): string[] {
  const { type, text, poll, location, contact, attachments } = toMessageView(row);
  if (type === 'system') return [];
  const names = [location?.name, contact?.name, ...attachments.map(({ name }) => name)];
  const options = poll?.options.map((option) => option.text) ?? [];
  return [text, poll?.question, ...options, ...names].filter((one): one is string => Boolean(one));
}

/** In the one text that answers all of it best; where none does alone, in all of them together. */
export function matchTexts(texts: readonly string[], query: SearchQuery): TextMatch | null {
  const alone = matchesOf(texts, query).toSorted((a, b) => b.match.score - a.match.score)[0];
  if (alone || texts.length < 2) return alone ?? null;
  return matchesOf([texts.join('\n')], query)[0] ?? null;
}

function matchesOf(texts: readonly string[], query: SearchQuery): TextMatch[] {
  return texts.flatMap((text) => {
    const match = matchText(text, query);
    return match ? [{ text, match }] : [];
  });
}
