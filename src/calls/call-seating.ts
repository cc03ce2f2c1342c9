import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { CallDevices } from './call-devices.js';
import { CallFinder } from './call-finder.js';
import { CallNews } from './call-news.js';
import { CallStore } from './call-store.js';
import { interrupt, type Loss, resume } from './call-transitions.js';
import type { CallDevice, CallRecord } from './call.record.js';
import { CallsRepository } from './calls.repository.js';

/** Devices that are lost in a call, and those that take their place. */
@Injectable()
export class CallSeating {
  constructor(
    private readonly calls: CallsRepository,
    private readonly finder: CallFinder,
    private readonly store: CallStore,
    private readonly devices: CallDevices,
    private readonly news: CallNews,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Another own device, or the same one behind a new socket, goes on with the call. */
  async resume(userId: string, device: CallDevice, callId: string): Promise<CallRecord> {
    const call = await this.finder.get(userId, { callId });
    const change = await this.store.change(call, (latest) => resume(latest, { userId, device }));
    if (change.after !== change.before) this.news.resumed(change, userId);
    return change.after;
  }

  /** A socket is gone. Nothing happens where it was in no call: another tab was closed. */
  async lose(userId: string, socketId: string): Promise<void> {
    const callId = this.devices.find(socketId);
    const call = callId === undefined ? null : await this.calls.findById(callId);
    if (call) await this.interrupt(call, { userId, isGone: (device) => device.socketId === socketId });
  }

  /** All devices of the call that a process held which is no more. `isAnew`: the whole server was away. */
  async loseGone(call: CallRecord, { isGone, isAnew }: Pick<Loss, 'isGone' | 'isAnew'>): Promise<CallRecord> {
    let latest = call;
    for (const { userId } of call.seats) latest = await this.interrupt(latest, { userId, isGone, isAnew });
    return latest;
  }

  private async interrupt(call: CallRecord, loss: Omit<Loss, 'graceUntil'>): Promise<CallRecord> {
    const graceMs = this.config.callGraceMs;
    const { after, before } = await this.store.change(call, (latest) => {
      const graceUntil = new Date(this.clock.nowMs() + graceMs);
      return interrupt(latest, { ...loss, graceUntil });
    });
    if (after !== before) this.news.interrupted(after, loss.userId, graceMs);
    return after;
  }
}
