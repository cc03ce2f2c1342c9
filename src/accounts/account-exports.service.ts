import type { Writable } from 'node:stream';

import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import { Clock } from '../common/clock.js';
import { ConflictError } from '../common/errors/app-error.js';
import { type ExportedFile, PersonalData } from '../common/personal-data/personal-data.js';
import { DomainEvents } from '../events/domain-events.js';
import { streamZip } from './zip-stream.js';

interface Running {
  sessionId: string;
  abort: AbortController;
}

/** Copies of what is kept of a person, one at a time for each. */
@Injectable()
export class AccountExports implements OnModuleInit {
  private readonly logger = new Logger(AccountExports.name);
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly data: PersonalData,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** A login that ends takes its downloads with it, a deleted account all of them. */
  onModuleInit(): void {
    this.events.onAnywhere('session.revoked', ({ userId, sessionIds }) => {
      const running = this.running.get(userId);
      if (running && sessionIds.includes(running.sessionId)) running.abort.abort();
    });
  }

  /**
   * Streams the copy to what `open` answers, which is asked once it is certain that there will be one.
   * Resolves when all of it is sent or the reader has gone; a copy that fails is cut off.
   */
  async send({ userId, sessionId }: AuthUser, open: () => Writable): Promise<void> {
    if (this.running.has(userId))
      throw new ConflictError('A copy of your data is being sent already: let that one end first');
    const abort = new AbortController();
    this.running.set(userId, { sessionId, abort });
    const output = open();
    try {
      await streamZip(this.files(userId), output, { mtime: this.clock.now(), signal: abort.signal });
    } catch (error) {
      if (!output.destroyed) output.destroy();
      if (!isGoneReader(error)) this.logger.error(`an export failed: ${String(error)}`);
    } finally {
      this.running.delete(userId);
    }
  }

  private async *files(userId: string): AsyncGenerator<ExportedFile> {
    for (const exporter of this.data.exporters) yield* exporter.files(userId);
  }
}

/** Who closes the connection, or logs out meanwhile, does no wrong. */
function isGoneReader(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}
