import { Injectable, type Type } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import { toDto } from '../common/validation/dto.pipe.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { ChatGateway } from './chat.gateway.js';
import { CLIENT_EVENT, type ClientEventMetadata } from './client-event.decorator.js';
import type { EventHandler } from './event-dispatcher.js';
import { WsJwtGuard } from './ws-jwt.guard.js';

type Method = (user: AuthUser, dto: object) => Promise<unknown>;

interface HotEvent {
  metadata: ClientEventMetadata;
  dto: Type<object>;
  method: Method;
}

/** Methods of `ChatGateway` that skip Nest's pipeline; each takes the user and its payload, nothing else. */
export const HOT_METHODS = ['newMessage', 'messageDelivered', 'messageRead'] as const;

/**
 * The short way of the few events that come by the thousand. The steps are those of every event, in the same order
 * (who is it, is it too much, is it right, and the one shape of errors), called one after the other: Nest's pipeline
 * makes a dozen promises of them, which live as long as the message waits for the disk. See ADR 4.
 */
@Injectable()
export class HotEvents {
  private readonly events = new Map<string, HotEvent>();

  constructor(
    gateway: ChatGateway,
    private readonly guard: WsJwtGuard,
    private readonly limiter: RateLimiter,
  ) {
    for (const name of HOT_METHODS) {
      const metadata = Reflect.getMetadata(CLIENT_EVENT, gateway[name]) as ClientEventMetadata;
      const [, dto] = Reflect.getMetadata('design:paramtypes', ChatGateway.prototype, name) as [
        unknown,
        Type<object>,
      ];
      this.events.set(metadata.name, { metadata, dto, method: gateway[name].bind(gateway) as Method });
    }
  }

  /** In place of Nest's handler of this event; `null` where Nest's is the one. */
  handlerOf(event: string): EventHandler | null {
    const hot = this.events.get(event);
    return hot ? (socket, payload) => this.run(hot, socket, payload) : null;
  }

  /** Throws or rejects what the dispatcher answers as Nest's filter would. */
  private run({ metadata, dto, method }: HotEvent, socket: ParleySocket, payload: unknown): Promise<unknown> {
    this.guard.assertFresh(socket);
    const { user } = socket.data;
    // Counted in memory: what one socket sends stays in order.
    const admitted = this.limiter.admit(metadata.limit ?? 'events', user.userId);
    if (admitted) return admitted.then(() => method(user, toDto(dto, payload)));
    return method(user, toDto(dto, payload));
  }
}
