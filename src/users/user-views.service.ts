import { Injectable } from '@nestjs/common';

import { PresenceReader } from '../common/ports/presence-reader.js';
import { PrivacyService } from './privacy.service.js';
import type { UserRecord } from './user.record.js';
import { toUserView, type UserView } from './user.view.js';
import { UsersService } from './users.service.js';

/** Users as one of them may see the others. What is not theirs to see looks as if it had never been set. */
@Injectable()
export class UserViews {
  constructor(
    private readonly users: UsersService,
    private readonly privacy: PrivacyService,
    private readonly presence: PresenceReader,
  ) {}

  /** In the order given, in a bounded number of queries. */
  async of(viewerId: string, users: readonly UserRecord[]): Promise<UserView[]> {
    const ids = users.map(({ id }) => id);
    const [profiles, presences] = await Promise.all([
      this.profilesOf(viewerId, users),
      this.presence.of(viewerId, ids),
    ]);
    return profiles.map((profile) => Object.assign(profile, presences.get(profile.id)));
  }

  /** As `of`, without presence. */
  async profilesOf(viewerId: string, users: readonly UserRecord[]): Promise<UserView[]> {
    const may = await this.privacy.admission(
      viewerId,
      users.map(({ id }) => id),
    );
    return users.map((user) => {
      const view = toUserView(user);
      if (!may(user.id, 'about')) view.about = '';
      if (!may(user.id, 'avatar')) view.avatarUrl = null;
      return view;
    });
  }

  /** In the order of `ids`, without those who are gone. */
  async byIds(
    viewerId: string,
    ids: readonly string[],
    kind: 'full' | 'profile' = 'full',
  ): Promise<UserView[]> {
    const found = new Map((await this.users.findByIds(ids)).map((user) => [user.id, user]));
    const users = ids.flatMap((id) => found.get(id) ?? []);
    return kind === 'full' ? this.of(viewerId, users) : this.profilesOf(viewerId, users);
  }
}
