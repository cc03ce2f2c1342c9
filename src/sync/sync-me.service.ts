import { Injectable } from '@nestjs/common';

import { ChatPreferences } from '../chats/preferences.service.js';
import { MessageMarks } from '../messages/marks/message-marks.service.js';
import { StatusMutes } from '../status/status-mutes.service.js';
import { BlocksService } from '../users/blocks.service.js';
import { ContactsService } from '../users/contacts.service.js';
import { toPrivacyView } from '../users/privacy.view.js';
import { PrivacyService } from '../users/privacy.service.js';
import { UserViews } from '../users/user-views.service.js';
import { toOwnUserView, type UserView } from '../users/user.view.js';
import { UsersService } from '../users/users.service.js';
import type { SyncMeView } from './sync.view.js';

/** Lists up to this length come whole; a longer one is left out, and paged by its own route. */
export const MAX_SYNCED_PEOPLE = 1000;

/** What concerns the user alone, whole, whenever any of it is behind the rev that a device holds. */
@Injectable()
export class SyncMeService {
  constructor(
    private readonly users: UsersService,
    private readonly views: UserViews,
    private readonly contacts: ContactsService,
    private readonly blocks: BlocksService,
    private readonly privacy: PrivacyService,
    private readonly mutes: StatusMutes,
    private readonly preferences: ChatPreferences,
    private readonly marks: MessageMarks,
  ) {}

  rev(userId: string): Promise<number> {
    return this.users.meRev(userId);
  }

  /** `upToRev`: the rev that what comes beside it ends at. The rev is read first: what changes meanwhile is in the lists already, and comes again next time. */
  async behind(
    userId: string,
    heldRev: number | undefined,
    upToRev: number,
  ): Promise<SyncMeView | undefined> {
    if (heldRev === undefined || upToRev <= heldRev) return undefined;
    const user = await this.users.getById(userId);
    if (Math.min(user.rev, upToRev) <= heldRev) return undefined;
    const page = { afterId: null, limit: MAX_SYNCED_PEOPLE + 1 };
    const [contacts, blocks, privacy, statusMutes, chats, stars] = await Promise.all([
      this.contacts.findPage(userId, page).then((ids) => this.people(userId, ids)),
      this.blocks.findPage(userId, page).then((ids) => this.people(userId, ids)),
      this.privacy.settingsOf(userId),
      this.mutes.list(userId, page.limit),
      this.preferences.list(userId),
      this.marks.starred(userId, null, page.limit),
    ]);
    return {
      rev: Math.min(user.rev, upToRev),
      user: toOwnUserView(user),
      ...(contacts && { contacts }),
      ...(blocks && { blocks }),
      privacy: toPrivacyView(privacy),
      ...(chats.length <= MAX_SYNCED_PEOPLE && { chats }),
      ...(stars.length <= MAX_SYNCED_PEOPLE && { starred: stars.map(({ messageId }) => messageId) }),
      ...(statusMutes.length <= MAX_SYNCED_PEOPLE && { statusMutes }),
    };
  }

  private async people(userId: string, ids: string[]): Promise<UserView[] | undefined> {
    return ids.length > MAX_SYNCED_PEOPLE ? undefined : this.views.byIds(userId, ids, 'profile');
  }
}
