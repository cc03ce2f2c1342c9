import { MessageBody } from '@nestjs/websockets';

import { CallsService } from '../calls/calls.service.js';
import { IceServers } from '../calls/ice-servers.js';
import { assertOwnIdentity } from '../common/assert-own-identity.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { CallAck, CallUserAck, JoinedCallAck } from './ack.views.js';
import { callerOf } from './caller-of.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocket } from './current-socket.decorator.js';
import {
  CallFarewellDto,
  CallRefDto,
  CallResumeDto,
  CallUserDto,
  MediaStateDto,
} from './dto/call-event.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** The life of a call: ringing, coming in, going out, coming back. */
@RealtimeGateway()
export class CallGateway {
  constructor(
    private readonly calls: CallsService,
    private readonly ice: IceServers,
    private readonly publisher: RealtimePublisher,
  ) {}

  @ClientEvent('call_user', {
    summary:
      'Calls a person or a group; acked when it is stored, while it rings. Whoever calls back at the same moment answers by it, and who calls a group that is in a call joins it',
    ack: CallUserAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'BUSY', 'GONE'],
    emits: ['incoming_call', 'call_started', 'call_missed', 'call_accepted', 'call_answered_elsewhere'],
    limit: 'call_user',
  })
  async callUser(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: CallUserDto,
  ): Promise<CallUserAck> {
    const caller = claimed(socket, dto);
    const call = await this.calls.start(caller, dto);
    return { callId: call.id, call, iceServers: this.ice.listFor(caller.user.userId) };
  }

  @ClientEvent('call_accepted', {
    summary:
      'Answers a call on this device, or joins a group call. What others have signalled meanwhile follows the ack',
    ack: JoinedCallAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE'],
    emits: ['call_accepted', 'call_answered_elsewhere'],
    limit: 'calls',
  })
  async callAccepted(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: CallRefDto,
  ): Promise<JoinedCallAck> {
    const caller = claimed(socket, dto);
    const call = await this.calls.accept(caller, dto);
    return { call, iceServers: this.ice.listFor(caller.user.userId) };
  }

  @ClientEvent('call_rejected', {
    summary: 'Declines a call that rings; it stops on all devices',
    ack: CallAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE'],
    emits: ['call_rejected'],
    limit: 'calls',
  })
  async callRejected(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: CallFarewellDto,
  ): Promise<CallAck> {
    const caller = claimed(socket, dto);
    return { call: await this.calls.reject(caller, dto) };
  }

  @ClientEvent('call_ended', {
    summary: 'Hangs up; before anybody has answered it cancels the call',
    ack: CallAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['call_ended'],
    limit: 'calls',
  })
  async callEnded(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: CallFarewellDto,
  ): Promise<CallAck> {
    const caller = claimed(socket, dto);
    return { call: await this.calls.end(caller, dto) };
  }

  @ClientEvent('call_resume', {
    summary:
      'Goes on with a call on this device: after its connection was lost, or to take it over from another device of mine',
    ack: JoinedCallAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['call_resumed', 'call_answered_elsewhere'],
    limit: 'calls',
  })
  async callResume(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: CallResumeDto,
  ): Promise<JoinedCallAck> {
    const caller = claimed(socket, dto);
    const call = await this.calls.resume(caller, dto.callId);
    return { call, iceServers: this.ice.listFor(caller.user.userId) };
  }

  @ClientEvent('media_state', {
    summary:
      'Shows the others in the call what is on: microphone, camera, screen. Say it again to who comes in',
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['media_state'],
    limit: 'calls',
  })
  async mediaState(@CurrentSocket() socket: ParleySocket, @MessageBody() dto: MediaStateDto): Promise<void> {
    const caller = claimed(socket, dto);
    const { callId, audio, video, screen } = dto;
    const peers = await this.calls.peersOf(caller, callId);
    this.publisher.toSockets(peers, 'media_state', {
      callId,
      userId: caller.user.userId,
      audio,
      video,
      screen,
    });
  }
}

function claimed(socket: ParleySocket, claims: { userId?: string; from?: string; senderId?: string }) {
  assertOwnIdentity(socket.data.user.userId, claims);
  return callerOf(socket);
}
