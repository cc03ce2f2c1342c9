import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ChatList } from '../chats/chat-list.service.js';
import { ndjson } from '../common/personal-data/ndjson.js';
import { type DataExporter, type ExportedFile, PersonalData } from '../common/personal-data/personal-data.js';
import { HistoryService } from './history.service.js';
import type { MessageView } from './message.view.js';

const MESSAGES_PER_PAGE = 500;

/** The messages that somebody may read, to take along. They stay with their readers when an account goes. */
@Injectable()
export class MessagesData implements DataExporter, OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly chats: ChatList,
    private readonly history: HistoryService,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    yield ndjson('messages.ndjson', this.messages(userId));
  }

  /** Chat by chat, in the order of `seq`. */
  private async *messages(userId: string): AsyncGenerator<MessageView> {
    for (const chatId of await this.chats.readableIds(userId)) {
      let page = { after: 0, hasMore: true };
      while (page.hasMore) {
        const { items, hasMore } = await this.history.page(userId, chatId, {
          after: page.after,
          limit: MESSAGES_PER_PAGE,
        });
        yield* items;
        page = { after: items.at(-1)?.seq ?? page.after, hasMore };
      }
    }
  }
}
