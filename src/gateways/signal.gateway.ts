import { MessageBody } from '@nestjs/websockets';

import { CallsService } from '../calls/calls.service.js';
import type { Signal } from '../calls/signal.js';
import { assertOwnIdentity } from '../common/assert-own-identity.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { sendSignals } from '../realtime/signal-events.js';
import { callerOf } from './caller-of.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocket } from './current-socket.decorator.js';
import { AnswerDto, IceCandidateDto, OfferDto } from './dto/signal-event.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** Signals between the devices of a call; where the peer has none yet they wait for it, in memory. */
@RealtimeGateway()
export class SignalGateway {
  constructor(
    private readonly calls: CallsService,
    private readonly publisher: RealtimePublisher,
  ) {}

  @ClientEvent('offer', {
    summary:
      'Offers a connection to somebody in the call, or a change of it; from the device in the call only',
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['offer'],
    limit: 'offers',
  })
  offer(@CurrentSocket() socket: ParleySocket, @MessageBody() dto: OfferDto): Promise<void> {
    return this.pass(socket, dto, { offer: dto.offer });
  }

  @ClientEvent('answer', {
    summary: 'Answers an offer',
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['answer'],
    limit: 'offers',
  })
  answer(@CurrentSocket() socket: ParleySocket, @MessageBody() dto: AnswerDto): Promise<void> {
    return this.pass(socket, dto, { answer: dto.answer });
  }

  @ClientEvent('ice_candidate', {
    summary: 'Names a way to this device',
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['ice_candidate'],
    limit: 'ice_candidate',
  })
  iceCandidate(@CurrentSocket() socket: ParleySocket, @MessageBody() dto: IceCandidateDto): Promise<void> {
    return this.pass(socket, dto, { candidate: dto.candidate });
  }

  private async pass(
    socket: ParleySocket,
    dto: { callId?: string; to: string; userId?: string; from?: string; senderId?: string },
    signal: Signal,
  ): Promise<void> {
    assertOwnIdentity(socket.data.user.userId, dto);
    const delivery = await this.calls.signal(callerOf(socket), { callId: dto.callId, to: dto.to, signal });
    if (delivery) sendSignals(this.publisher, delivery.socketId, delivery.signals);
  }
}
