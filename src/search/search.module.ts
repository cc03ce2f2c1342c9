import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../chats/chats.module.js';
import { MessageMarksModule } from '../messages/marks/message-marks.module.js';
import { SearchBacklog } from './search-backlog.service.js';
import { SearchCopies } from './search-copies.js';
import { SearchEntriesRepository } from './search-entries.repository.js';
import { SearchEntry, SearchEntrySchema } from './search-entry.schema.js';
import { SearchIndexer } from './search-indexer.service.js';
import { SearchProgressRepository } from './search-progress.repository.js';
import { SearchProgress, SearchProgressSchema } from './search-progress.schema.js';
import { SearchQueue } from './search-queue.js';
import { SearchRanking } from './search-ranking.service.js';
import { SearchScopes } from './search-scopes.service.js';
import { SearchWindows } from './search-window.service.js';
import { SearchController } from './search.controller.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [
    ChatsModule,
    MessageMarksModule,
    MongooseModule.forFeature([
      { name: SearchEntry.name, schema: SearchEntrySchema },
      { name: SearchProgress.name, schema: SearchProgressSchema },
    ]),
  ],
  controllers: [SearchController],
  providers: [
    SearchService,
    SearchWindows,
    SearchRanking,
    SearchScopes,
    SearchIndexer,
    SearchQueue,
    SearchBacklog,
    SearchCopies,
    SearchEntriesRepository,
    SearchProgressRepository,
  ],
  exports: [SearchBacklog],
})
export class SearchModule {}
