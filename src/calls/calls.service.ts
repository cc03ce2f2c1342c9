import { Injectable } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import { UnavailableError } from '../common/errors/app-error.js';
import { CallDevices } from './call-devices.js';
import { CallFinder, type CallRef } from './call-finder.js';
import { CallJoins } from './call-joins.js';
import { CallLeaves, type Farewell } from './call-leaves.js';
import { CallSeating } from './call-seating.js';
import { CallSignals, type Delivery, type Sending } from './call-signals.js';
import type { CallWish } from './call-requests.js';
import { CallStarts } from './call-starts.js';
import { CallStore } from './call-store.js';
import type { CallDevice, CallRecord } from './call.record.js';
import { type CallView, toOwnCallView } from './call.view.js';
import { SocketTurns } from './socket-turns.js';

/** A socket and whose it is. */
export interface Caller {
  user: AuthUser;
  socketId: string;
  isConnected(): boolean;
}

const MAX_READS = 5;

/** What devices do in calls: each socket's deeds one after the other, so that an answer follows its accept. */
@Injectable()
export class CallsService {
  constructor(
    private readonly turns: SocketTurns,
    private readonly devices: CallDevices,
    private readonly starts: CallStarts,
    private readonly joins: CallJoins,
    private readonly leaves: CallLeaves,
    private readonly seating: CallSeating,
    private readonly signals: CallSignals,
    private readonly finder: CallFinder,
    private readonly store: CallStore,
  ) {}

  start(caller: Caller, wish: CallWish): Promise<CallView> {
    return this.doing(caller, (userId, device) => this.starts.start(userId, device, wish));
  }

  accept(caller: Caller, ref: CallRef): Promise<CallView> {
    return this.doing(caller, (userId, device) => this.joins.accept(userId, device, ref));
  }

  resume(caller: Caller, callId: string): Promise<CallView> {
    return this.doing(caller, (userId, device) => this.seating.resume(userId, device, callId));
  }

  reject(caller: Caller, farewell: Farewell): Promise<CallView> {
    return this.doing(caller, (userId, { socketId }) => this.leaves.reject(userId, socketId, farewell));
  }

  end(caller: Caller, farewell: Farewell): Promise<CallView> {
    return this.doing(caller, (userId, { socketId }) => this.leaves.end(userId, socketId, farewell));
  }

  /** To the peer's device; `null`: it waits until there is one. */
  signal(caller: Caller, sending: Sending): Promise<Delivery | null> {
    const { userId } = caller.user;
    return this.turns.runTogether(caller.socketId, sending, (sendings) =>
      this.signals.sendAll(userId, this.deviceOf(caller), sendings),
    );
  }

  /** The sockets that hear what this one says to all in the call. */
  peersOf(caller: Caller, callId: string): Promise<string[]> {
    return this.inTurn(caller, (userId, device) => this.signals.peersOf(userId, device, callId));
  }

  /** A socket is gone, after everything that it had sent. */
  async disconnected(caller: Caller): Promise<void> {
    const { socketId } = caller;
    if (this.devices.find(socketId) === undefined && !this.turns.isWaiting(socketId)) return;
    await this.inTurn(caller, (userId) => this.seating.lose(userId, socketId));
  }

  /** What has been ringing for this user, for a device that is from now on told of what else begins to. */
  async ringing(userId: string): Promise<CallView | null> {
    const { begunCount } = this.store;
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const call = await this.finder.findRinging(userId);
      if (!call || this.store.hasBegunSince(call.id, begunCount)) return null;
      // What this node knows to be answered or over must not begin to ring behind the news of it.
      if (!this.store.isOutdated(call)) return toOwnCallView(call, userId);
    }
    return null;
  }

  private async doing(
    caller: Caller,
    deed: (userId: string, device: CallDevice) => Promise<CallRecord>,
  ): Promise<CallView> {
    return this.inTurn(caller, async (userId, device) => {
      // Gone while its event waited: nothing would ever take this device out of a call again.
      if (!caller.isConnected()) throw new UnavailableError();
      return toOwnCallView(await deed(userId, device), userId);
    });
  }

  private inTurn<T>(caller: Caller, deed: (userId: string, device: CallDevice) => Promise<T>): Promise<T> {
    return this.turns.run(caller.socketId, () => deed(caller.user.userId, this.deviceOf(caller)));
  }

  private deviceOf({ user: { sessionId }, socketId }: Caller): CallDevice {
    return { socketId, sessionId, nodeId: this.devices.nodeId };
  }
}
