import { Injectable } from '@nestjs/common';

import type { Membership } from '../chats/chat-members.repository.js';
import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { lastVisibleRev, sees } from '../chats/membership.js';
import { toObjectId } from '../database/object-id.js';
import { toMessageView } from '../messages/message.view.js';
import type { Candidate } from './search-entries.repository.js';
import type { SearchQuery } from './search-query.js';
import { snippetOf } from './search-snippet.js';
import { matchTexts, searchableTexts } from './search-texts.js';
import type { FoundMessageView } from './search.view.js';

/** A message that answers a question, and how well. */
export interface Ranked {
  score: number;
  message: FoundMessageView;
}

/** Reads the messages that the index leads to, and says which of them answer, and which best. */
@Injectable()
export class SearchRanking {
  constructor(
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly past: MessagePast,
  ) {}

  /**
   * Best first and then newest, each as its reader knows it: who left a chat, as it was then. What they may
   * not see, and what says something else by now, is none. `memberships` are the reader's, by chat.
   */
  async rank(
    memberships: ReadonlyMap<string, Membership>,
    query: SearchQuery,
    hits: readonly Candidate[],
  ): Promise<Ranked[]> {
    const visible = hits.filter(({ chatId, seq }) => {
      const membership = memberships.get(chatId);
      return membership && sees(membership, seq);
    });
    if (visible.length === 0) return [];
    const rows = await this.log.findByIds(visible.map(({ id }) => toObjectId(id)));
    await Promise.all(rows.map(({ chatId, rev }) => this.chatLog.settled(chatId.toHexString(), rev)));
    const known = rows.flatMap((row) => {
      const membership = memberships.get(row.chatId.toHexString());
      return membership ? [{ row, toRev: lastVisibleRev(membership) }] : [];
    });
    return (await this.past.at(known))
      .flatMap((row) => answerOf(row, query) ?? [])
      .toSorted((a, b) => b.score - a.score || (a.message.id < b.message.id ? 1 : -1));
  }
}

function answerOf(row: ChatLogRow, query: SearchQuery): Ranked | null {
  const found = matchTexts(searchableTexts(row), query);
  if (!found) return null;
  const message = Object.assign(toMessageView(row), { snippet: snippetOf(found.text, found.match) });
  return { score: found.match.score, message };
}
