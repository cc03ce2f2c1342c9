import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { UsersService } from '../users/users.service.js';
import { PresenceService } from './presence.service.js';

/** The server stops -> everybody who was online was last seen now. */
@Injectable()
export class LastSeenAtShutdown implements BeforeApplicationShutdown {
  constructor(
    private readonly presence: PresenceService,
    private readonly users: UsersService,
    private readonly clock: Clock,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    const ids = this.presence.idsHere();
    if (ids.length > 0) await this.users.recordLastSeen(ids, this.clock.now());
  }
}
