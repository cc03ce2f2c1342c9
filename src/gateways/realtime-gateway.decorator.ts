import { applyDecorators, SetMetadata, UseFilters, UseGuards } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';

import { WsExceptionFilter } from './ws-exception.filter.js';
import { WsJwtGuard } from './ws-jwt.guard.js';
import { WsRateLimitGuard } from './ws-rate-limit.guard.js';

export const REALTIME_GATEWAY = 'realtimeGateway';

/**
 * A gateway of this server in one word: who are you (guard), is it too much (guard), one shape of
 * errors (filter). Validation is the app-wide `DtoPipe`; acks are the `EventDispatcher`'s.
 */
export const RealtimeGateway = () =>
  applyDecorators(
    WebSocketGateway(),
    UseGuards(WsJwtGuard, WsRateLimitGuard),
    UseFilters(WsExceptionFilter),
    SetMetadata(REALTIME_GATEWAY, true),
  );
