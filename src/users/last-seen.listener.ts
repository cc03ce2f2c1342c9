import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { UsersService } from './users.service.js';

/** Somebody went offline -> when that was, for whoever may ask later. */
@Injectable()
export class LastSeenListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly users: UsersService,
  ) {}

  onModuleInit(): void {
    this.events.on('user.offline', ({ userId, lastSeenAt }) =>
      this.users.recordLastSeen([userId], lastSeenAt),
    );
  }
}
