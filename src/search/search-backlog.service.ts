import { Injectable } from '@nestjs/common';

import { ChatHeads } from '../chats/chat-heads.service.js';
import { SearchIndexer } from './search-indexer.service.js';

const CHATS_PER_TURN = 500;
const ROWS_PER_TURN = 2000;

/** Walks over all chats for those that nobody has brought up to date: after a crash, or older than the index. */
@Injectable()
export class SearchBacklog {
  /** The walk goes round and round; a start begins it anew, as all progress is stored with the chats. */
  private afterChatId: string | null = null;

  constructor(
    private readonly chats: ChatHeads,
    private readonly indexer: SearchIndexer,
  ) {}

  /** The next stretch. Stays where there is more to do than fits into one turn. */
  async turn(): Promise<void> {
    const chatIds = await this.chats.idsAfter(this.afterChatId, CHATS_PER_TURN);
    const late = await this.indexer.catchUp(chatIds, ROWS_PER_TURN);
    if (late.length === 0)
      this.afterChatId = chatIds.length < CHATS_PER_TURN ? null : (chatIds.at(-1) ?? null);
  }
}
