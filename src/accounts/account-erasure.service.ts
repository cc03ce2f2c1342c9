import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { PasswordService } from '../auth/password.service.js';
import { SessionsService } from '../auth/sessions.service.js';
import { ForbiddenError } from '../common/errors/app-error.js';
import { PersonalData } from '../common/personal-data/personal-data.js';
import { withDeadline } from '../database/deadline.js';
import { DomainEvents } from '../events/domain-events.js';
import { UserErasures } from '../users/user-erasures.service.js';
import { UsersService } from '../users/users.service.js';

const ACCOUNTS_AT_ONCE = 20;

/**
 * The end of an account. One write ends it: from then on there is no login, and nobody can find or reach it.
 * What is kept elsewhere goes in steps that can be repeated, and are: after a crash until they are done, and
 * a minute later for requests that were under way.
 */
@Injectable()
export class AccountErasure implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AccountErasure.name);
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly users: UsersService,
    private readonly erasures: UserErasures,
    private readonly passwords: PasswordService,
    private readonly sessions: SessionsService,
    private readonly data: PersonalData,
    private readonly events: DomainEvents,
  ) {}

  /** What a crash broke off goes on as soon as there is a server again. */
  onApplicationBootstrap(): void {
    this.erasures
      .findUnfinished(ACCOUNTS_AT_ONCE)
      .then((userIds) => this.passAll(userIds))
      .catch((error: unknown) => this.logger.error(`accounts left to erase: ${String(error)}`));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.running.values());
  }

  /** @throws ForbiddenError when the password is wrong. */
  async erase(userId: string, password: string): Promise<void> {
    const hash = await this.users.findPasswordHash(userId);
    const isRight = await this.passwords.matches(password, hash);
    // Of two devices that do it at once one comes too late, as with a password changed meanwhile.
    if (!isRight || hash === null || !(await this.erasures.begin(userId, hash))) {
      throw new ForbiddenError('The password is wrong');
    }
    this.events.publish('user.deleted', { userId });
    // The account is gone: what is left to do is no matter of this answer.
    await withDeadline(this.pass(userId)).catch(() => undefined);
  }

  /** Those that are due, some at a time. */
  async passDue(): Promise<void> {
    await this.passAll(await this.erasures.findDue(ACCOUNTS_AT_ONCE));
  }

  private async passAll(userIds: readonly string[]): Promise<void> {
    for (const userId of userIds) await this.pass(userId).catch(() => undefined);
  }

  private pass(userId: string): Promise<void> {
    const running = this.running.get(userId);
    if (running) return running;
    const pass = this.steps(userId).finally(() => this.running.delete(userId));
    pass.catch((error: unknown) => {
      this.logger.error(`erasing an account goes on later: ${String(error)}`);
    });
    this.running.set(userId, pass);
    return pass;
  }

  private async steps(userId: string): Promise<void> {
    await this.sessions.endAll(userId);
    const failures: string[] = [];
    for (const eraser of this.data.erasers) {
      await eraser.erase(userId).catch((error: unknown) => failures.push(`${eraser.name}: ${String(error)}`));
    }
    if (failures.length > 0) throw new Error(failures.join('; '));
    await this.erasures.passed(userId);
  }
}
