import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import type { ParleySocket } from '../realtime/parley-socket.js';

/** The user behind the socket of an event, as its token said. */
export const CurrentSocketUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser => {
  return context.switchToWs().getClient<ParleySocket>().data.user;
});
