import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { UserErasuresRepository } from './user-erasures.repository.js';

/** A pass that has not been done within it was broken off, and another node takes over. */
const PASS_MS = 30_000;
/** What was under way when an account ended has long been answered by then. */
const SETTLE_MS = 60_000;

/** Which accounts are on their way out, and how far they have come. For `accounts` alone. */
@Injectable()
export class UserErasures {
  constructor(
    private readonly erasures: UserErasuresRepository,
    private readonly clock: Clock,
  ) {}

  /** `false` when the password has changed meanwhile, or the account is gone already. */
  begin(userId: string, passwordHash: string): Promise<boolean> {
    const now = this.clock.now();
    return this.erasures.begin(userId, passwordHash, { now, dueAt: new Date(now.getTime() + PASS_MS) });
  }

  findDue(limit: number): Promise<string[]> {
    return this.erasures.findDue(this.clock.now(), limit);
  }

  findUnfinished(limit: number): Promise<string[]> {
    return this.erasures.findUnfinished(limit);
  }

  passed(userId: string): Promise<void> {
    const now = this.clock.now();
    return this.erasures.passed(userId, { now, nextAt: new Date(now.getTime() + SETTLE_MS) });
  }
}
