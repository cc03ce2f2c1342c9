import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { SessionsService } from '../auth/sessions.service.js';
import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';

const BATCH = 500;

/** Logins may have ended on other nodes while this one was cut off: it looks, and closes their sockets. */
@Injectable()
export class SessionCheck implements OnModuleInit {
  private readonly logger = new Logger(SessionCheck.name);

  constructor(
    private readonly events: DomainEvents,
    private readonly sessions: SessionsService,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.onGap(() => {
      this.check().catch((error: unknown) => this.logger.error(`logins not checked: ${String(error)}`));
    });
  }

  private async check(): Promise<void> {
    const ids = this.publisher.sessionIdsHere();
    for (let from = 0; from < ids.length; from += BATCH) {
      this.publisher.endSessions(await this.sessions.endedAmong(ids.slice(from, from + BATCH)));
    }
  }
}
