import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { ParleySocket } from '../realtime/parley-socket.js';
import { socketOf } from './event-arguments.js';

/** The socket that an event came from. */
export const CurrentSocket = createParamDecorator((_: unknown, context: ExecutionContext): ParleySocket =>
  socketOf(context),
);
