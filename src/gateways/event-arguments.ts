import type { ArgumentsHost } from '@nestjs/common';

import type { ParleySocket } from '../realtime/parley-socket.js';
import type { Reply } from './open-event.js';

/**
 * What a handler behind Nest's pipeline is called with. Nest binds its handlers to a client, for each client anew:
 * ours are bound once, to nobody, and are handed the socket behind what Nest expects (ADR 4). So nothing may ask Nest
 * for the client (`@ConnectedSocket()`, `getClient()`).
 */
export const NOBODY = Object.freeze({});

export const replyOf = (host: ArgumentsHost): Reply => host.getArgByIndex<Reply>(2);

export const socketOf = (host: ArgumentsHost): ParleySocket => host.getArgByIndex<ParleySocket>(3);

export const eventOf = (host: ArgumentsHost): string => host.getArgByIndex<string>(4);
