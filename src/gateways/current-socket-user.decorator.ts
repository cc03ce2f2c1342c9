import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import { socketOf } from './event-arguments.js';

/** The user behind the socket of an event, as its token said. */
export const CurrentSocketUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser => {
  return socketOf(context).data.user;
});
