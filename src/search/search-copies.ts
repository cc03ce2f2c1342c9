import { Injectable, type OnModuleInit } from '@nestjs/common';

import { type MessageCopy, MessageCopies } from '../chats/log/message-copies.js';
import { SearchEntriesRepository } from './search-entries.repository.js';

/** The words of messages that have disappeared leave the search index with them; none comes back. */
@Injectable()
export class SearchCopies implements MessageCopy, OnModuleInit {
  constructor(
    private readonly copies: MessageCopies,
    private readonly entries: SearchEntriesRepository,
  ) {}

  onModuleInit(): void {
    this.copies.add(this);
  }

  forget(messageIds: readonly string[]): Promise<void> {
    return this.entries.remove(messageIds);
  }
}
