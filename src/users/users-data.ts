import { Injectable, type OnModuleInit } from '@nestjs/common';

import { idPage, MAX_PAGE, type Page } from '../common/pagination/cursor.js';
import { itemsOf, ndjson } from '../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../common/personal-data/personal-data.js';
import { BlocksRepository } from './blocks.repository.js';
import { ContactsRepository } from './contacts.repository.js';
import { PrivacyService } from './privacy.service.js';
import { toPrivacyView } from './privacy.view.js';
import type { SavedPeopleRepository } from './saved-people.repository.js';
import { UserViews } from './user-views.service.js';
import { toOwnUserView, type UserView } from './user.view.js';
import { UsersService } from './users.service.js';

/** Lists of others that one step takes somebody off. */
const OWNERS_PER_STEP = 500;

/** Profile, contacts, blocks and privacy, to take along and to remove. */
@Injectable()
export class UsersData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'users';

  constructor(
    private readonly data: PersonalData,
    private readonly users: UsersService,
    private readonly views: UserViews,
    private readonly contacts: ContactsRepository,
    private readonly blocks: BlocksRepository,
    private readonly privacy: PrivacyService,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    yield ndjson('profile.ndjson', this.profile(userId));
    yield ndjson('privacy.ndjson', this.settings(userId));
    yield ndjson('contacts.ndjson', this.people(userId, this.contacts));
    yield ndjson('blocks.ndjson', this.people(userId, this.blocks));
  }

  /** Their own lists, and them from the lists of others, whose devices find that by their sync. */
  async erase(userId: string): Promise<void> {
    for (const lists of [this.contacts, this.blocks]) {
      await lists.removeAllOf(userId);
      for (let owners = await lists.findOwners(userId, OWNERS_PER_STEP); owners.length > 0;) {
        await lists.removeFrom(owners, userId);
        await this.users.bumpRevs(owners);
        owners = await lists.findOwners(userId, OWNERS_PER_STEP);
      }
    }
  }

  private async *profile(userId: string) {
    const user = await this.users.getById(userId);
    yield Object.assign(toOwnUserView(user), { lastSeenAt: user.lastSeenAt?.toISOString() ?? null });
  }

  private async *settings(userId: string) {
    yield toPrivacyView(await this.privacy.settingsOf(userId));
  }

  private people(userId: string, lists: SavedPeopleRepository) {
    return itemsOf(async (cursor): Promise<Page<UserView>> => {
      const query = { limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) };
      const { items, nextCursor } = await idPage(query, (page) => lists.findPage(userId, page));
      return { items: await this.views.byIds(userId, items, 'profile'), nextCursor };
    });
  }
}
