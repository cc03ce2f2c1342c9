import { Injectable, type OnModuleInit } from '@nestjs/common';

import { AppError } from '../common/errors/app-error.js';
import { itemsOf, ndjson } from '../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../common/personal-data/personal-data.js';
import { ChatList } from './chat-list.service.js';
import { ChatLog } from './log/chat-log.service.js';
import { MembersService } from './members.service.js';
import { Memberships } from './memberships.service.js';
import { PreferencesRepository } from './preferences.repository.js';

const CHATS_PER_PAGE = 100;
const GROUPS_AT_ONCE = 8;

/** The chats of somebody, to take along and to leave. */
@Injectable()
export class ChatsData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'chats';

  constructor(
    private readonly data: PersonalData,
    private readonly chats: ChatList,
    private readonly memberships: Memberships,
    private readonly membership: MembersService,
    private readonly preferences: PreferencesRepository,
    private readonly chatLog: ChatLog,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const list = (cursor?: string) =>
      this.chats.page(userId, { limit: CHATS_PER_PAGE, ...(cursor && { cursor }) });
    yield ndjson('chats.ndjson', itemsOf(list));
  }

  /** Leaves all groups, which pass to others. Direct chats stay for who is left in them, without what was set in them. */
  async erase(userId: string): Promise<void> {
    const rest = (await this.memberships.of(userId)).values();
    const leave = async () => {
      for (const { chatId, isActive } of rest) {
        // A pass that a crash broke off may have left without saying so where chats are listed.
        if (isActive) await this.leaveGroup(userId, chatId);
        else await this.chatLog.ensureProjected(chatId);
      }
    };
    await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, leave));
    await this.preferences.removeAllOf(userId);
  }

  private async leaveGroup(userId: string, chatId: string): Promise<void> {
    if ((await this.chatLog.state(chatId)).type !== 'group') return;
    try {
      await this.membership.leaveOrHide(userId, chatId);
    } catch (error) {
      // Removed by somebody in this very moment.
      if (!(error instanceof AppError) || !['FORBIDDEN', 'NOT_FOUND'].includes(error.code)) throw error;
    }
  }
}
