import { Injectable, type OnModuleInit } from '@nestjs/common';

import type { CallLeft } from '../events/domain-event.map.js';
import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';
import { sendSignals } from './signal-events.js';
import type { CallFarewell } from './socket-events.js';

/** What becomes of calls -> the devices that ring, that are in them, and that show them. */
@Injectable()
export class CallsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.onBeginnings();
    this.onEnds();
    this.onDevices();
  }

  private onBeginnings(): void {
    this.events.on('call.rang', ({ call, recipientIds }) => {
      const { id: callId, callerId: from, callType, chatId } = call;
      this.publisher.toUsers(recipientIds, 'incoming_call', { callId, from, callType, chatId, call });
    });
    this.events.on('call.started', ({ recipientIds, ...call }) => {
      this.publisher.toUsers(recipientIds, 'call_started', call);
    });
    this.events.on('call.joined', ({ callId, userId, socketId, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'call_accepted', { callId, userId });
      this.publisher.toUsersExcept([userId], socketId, 'call_answered_elsewhere', { callId });
    });
  }

  private onEnds(): void {
    this.events.on('call.rejected', (left) => {
      this.publisher.toUsersExcept(left.recipientIds, left.socketId, 'call_rejected', farewell(left));
    });
    this.events.on('call.ended', (left) => {
      this.publisher.toUsersExcept(left.recipientIds, left.socketId, 'call_ended', farewell(left));
    });
    this.events.on('call.missed', ({ callId, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'call_missed', { callId });
    });
  }

  private onDevices(): void {
    this.events.on('call.interrupted', ({ peerSocketIds, ...loss }) => {
      this.publisher.toSockets(peerSocketIds, 'call_interrupted', loss);
    });
    this.events.on('call.resumed', ({ callId, userId, relievedId, peerSocketIds }) => {
      this.publisher.toSockets(peerSocketIds, 'call_resumed', { callId, userId });
      if (relievedId) this.publisher.toSockets([relievedId], 'call_answered_elsewhere', { callId });
    });
    this.events.on('call.signals_released', ({ socketId, signals }) => {
      sendSignals(this.publisher, socketId, signals);
    });
  }
}

function farewell({ call, userId, reason }: CallLeft): CallFarewell {
  return { callId: call.id, userId, reason, call };
}
