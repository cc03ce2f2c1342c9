import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';

import type { RateLimitedAction } from '../common/rate-limit/rate-limits.js';
import type { ServerEventName } from '../realtime/socket-events.js';

export const CLIENT_EVENT = 'clientEvent';

export interface ClientEventOptions {
  /** One sentence for the documentation. */
  summary: string;
  /** The `data` of a good ack: its class, or nothing but `{}`. */
  ack?: Type;
  /** What others hear of it. */
  emits?: readonly ServerEventName[];
  /** Whose points it takes; `events` without one. */
  limit?: RateLimitedAction;
  /** Works with a token that has just expired: only `authenticate`. */
  acceptsExpiredToken?: true;
}

/** A handler's metadata as `AsyncApi` and the guards read it. */
export interface ClientEventMetadata extends ClientEventOptions {
  name: string;
}

/** Subscribes a gateway method to a client event and documents it. The only way to add one. */
export const ClientEvent = (name: string, options: ClientEventOptions) =>
  applyDecorators(
    SubscribeMessage(name),
    SetMetadata(CLIENT_EVENT, { name, ...options } satisfies ClientEventMetadata),
  );
