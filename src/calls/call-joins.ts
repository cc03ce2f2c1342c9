import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { Clock } from '../common/clock.js';
import { ConflictError, UnavailableError } from '../common/errors/app-error.js';
import { CallFinder, type CallRef } from './call-finder.js';
import { CallLeaves } from './call-leaves.js';
import { CallNews } from './call-news.js';
import { type Change, CallStore, MAX_TRIES, PersonTakenError } from './call-store.js';
import { join } from './call-transitions.js';
import type { CallDevice, CallRecord, CallRequest } from './call.record.js';

/** Coming into a call: the first answer, and everybody who comes later to a group's. */
@Injectable()
export class CallJoins {
  constructor(
    private readonly finder: CallFinder,
    private readonly access: ChatAccess,
    private readonly store: CallStore,
    private readonly leaves: CallLeaves,
    private readonly news: CallNews,
    private readonly clock: Clock,
  ) {}

  async accept(userId: string, device: CallDevice, ref: CallRef): Promise<CallRecord> {
    const call = await this.finder.get(userId, ref);
    if (call.isGroup) await this.access.assertMember(userId, call.chatId);
    return this.join(call, userId, device);
  }

  /** For who may: it is checked before. */
  async join(
    call: CallRecord,
    userId: string,
    device: CallDevice,
    request: CallRequest | null = null,
  ): Promise<CallRecord> {
    const change = await this.enter(
      call,
      (latest) => join(latest, { userId, device, now: this.clock.now(), request }),
      userId,
    );
    if (change.after !== change.before) this.news.joined(change, userId);
    return change.after;
  }

  /** Who is in another call still stays out, unless their device there is lost: then they leave it. */
  private async enter(
    call: CallRecord,
    decide: (call: CallRecord) => CallRecord,
    userId: string,
  ): Promise<Change> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      try {
        return await this.store.change(call, decide);
      } catch (error) {
        if (!(error instanceof PersonTakenError)) throw error;
        if (!(await this.leaves.freeFromOthers(userId)))
          throw new ConflictError('You are in another call: end it first');
      }
    }
    throw new UnavailableError();
  }
}
