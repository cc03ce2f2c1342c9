import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';

import type { ErrorCode } from '../common/errors/app-error.js';
import type { RateLimitedAction } from '../common/rate-limit/rate-limits.js';
import type { ServerEventName } from '../realtime/socket-events.js';

export const CLIENT_EVENT = 'clientEvent';

export interface ClientEventOptions {
  /** One sentence for the documentation. */
  summary: string;
  /** The `data` of a good ack: its class, or nothing but `{}`. */
  ack?: Type;
  /** The same where the `data` maps user ids to this class. */
  ackByUser?: Type;
  /** What others hear of it. */
  emits?: readonly ServerEventName[];
  /** What it refuses beside what any event may: see `COMMON_ERRORS` of the documentation. */
  errors?: readonly ErrorCode[];
  /** Whose points it takes; `events` without one. */
  limit?: RateLimitedAction;
  /** Works with a token that has just expired: only `authenticate`. */
  acceptsExpiredToken?: true;
}

/** A handler's metadata as the documentation and the guards read it. */
export interface ClientEventMetadata extends ClientEventOptions {
  name: string;
}

/** Subscribes a gateway method to a client event and documents it. The only way to add one. */
export const ClientEvent = (name: string, options: ClientEventOptions) =>
  applyDecorators(
    SubscribeMessage(name),
    SetMetadata(CLIENT_EVENT, { name, ...options } satisfies ClientEventMetadata),
  );
