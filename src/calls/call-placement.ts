import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { CallNews } from './call-news.js';
import type { CallType } from './call-state.js';
import { CallStore } from './call-store.js';
import { CallTraces } from './call-traces.js';
import type { CallDevice, CallRecord, CallRequest } from './call.record.js';
import { CallsRepository } from './calls.repository.js';
import { type CallTarget, newCall } from './new-call.js';

/** A call to be placed. */
export interface Start {
  callerId: string;
  device: CallDevice;
  callType: CallType;
  target: CallTarget;
  request: CallRequest | null;
}

/** Puts a new call into the world, and tells of it. */
@Injectable()
export class CallPlacement {
  constructor(
    private readonly calls: CallsRepository,
    private readonly store: CallStore,
    private readonly news: CallNews,
    private readonly traces: CallTraces,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** `busyIds` are not rung. `null`: a live call of the chat or of one of the people, or the same request, is in the way. */
  async place(start: Start, busyIds: ReadonlySet<string>): Promise<CallRecord | null> {
    const id = this.calls.newId();
    const call = newCall({ ...start, id, busyIds, now: this.clock.now(), ringMs: this.config.callRingMs });
    if ((await this.store.insert(call)) !== 'stored') return null;
    this.news.placed(call, start.target.toldIds);
    await this.traces.leave(call);
    return call;
  }
}
