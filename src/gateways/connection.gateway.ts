import { Logger } from '@nestjs/common';
import { MessageBody, type OnGatewayInit } from '@nestjs/websockets';

import { CallsService } from '../calls/calls.service.js';
import { assertOwnIdentity } from '../common/assert-own-identity.js';
import { Clock } from '../common/clock.js';
import { toErrorInfo } from '../common/errors/error-body.js';
import { clientAddress } from '../common/http/client-address.js';
import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { PresenceService } from '../presence/presence.service.js';
import { PresenceViews } from '../presence/presence-views.service.js';
import type { ParleyServer, ParleySocket } from '../realtime/parley-socket.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { sessionRoom, userRoom } from '../realtime/rooms.js';
import { SessionsListener } from '../realtime/sessions.listener.js';
import { toOwnUserView } from '../users/user.view.js';
import { UsersService } from '../users/users.service.js';
import { AuthenticateAck, UserConnectedAck } from './ack.views.js';
import { callerOf } from './caller-of.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocket } from './current-socket.decorator.js';
import { AuthenticateDto, UserConnectedDto } from './dto/connection.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';
import { TokenExpiry } from './token-expiry.js';
import { WsJwtGuard } from './ws-jwt.guard.js';

/** The life of a socket: handshake, rooms, renewal, end. The only gateway that minds connections. */
@RealtimeGateway()
export class ConnectionGateway implements OnGatewayInit {
  private readonly logger = new Logger(ConnectionGateway.name);

  constructor(
    private readonly guard: WsJwtGuard,
    private readonly publisher: RealtimePublisher,
    private readonly presence: PresenceService,
    private readonly presenceViews: PresenceViews,
    private readonly expiry: TokenExpiry,
    private readonly ended: SessionsListener,
    private readonly users: UsersService,
    private readonly calls: CallsService,
    private readonly events: DomainEvents,
    private readonly limiter: RateLimiter,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  afterInit(server: ParleyServer): void {
    this.publisher.attach(server);
    // A refusal here reaches the client as `connect_error`, and no event of it is ever handled.
    server.use((socket, next) => {
      this.authenticate(socket).then(
        () => next(),
        (error: unknown) => next(refusal(error)),
      );
    });
    server.on('connection', (socket) => this.connected(socket));
  }

  @ClientEvent('user_connected', {
    summary: 'Says hello and asks who one is and who is online',
    ack: UserConnectedAck,
    errors: ['FORBIDDEN'],
    emits: ['user_online'],
  })
  async userConnected(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() claims: UserConnectedDto,
  ): Promise<UserConnectedAck> {
    const { userId, sessionId } = socket.data.user;
    assertOwnIdentity(userId, claims);
    const [user, online] = await Promise.all([
      this.users.getById(userId),
      this.presenceViews.onlinePartners(userId),
    ]);
    return { user: toOwnUserView(user), sessionId, serverTime: this.clock.now().toISOString(), online };
  }

  @ClientEvent('authenticate', {
    summary: 'Gives a live socket a fresh token, so that it is not closed when the old one ends',
    ack: AuthenticateAck,
    errors: ['UNAUTHENTICATED', 'FORBIDDEN'],
    acceptsExpiredToken: true,
  })
  async renew(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: AuthenticateDto,
  ): Promise<AuthenticateAck> {
    const before = socket.data.user;
    assertOwnIdentity(before.userId, dto);
    const user = await this.guard.renew(socket, dto.token);
    if (user.sessionId !== before.sessionId) {
      await socket.leave(sessionRoom(before.sessionId));
      await socket.join(sessionRoom(user.sessionId));
    }
    socket.data.user = user;
    // As at the handshake: the login may have ended since it was found live.
    if (this.ended.hasJustEnded(user.sessionId)) socket.disconnect(true);
    else this.expiry.watch(socket);
    return { expiresAt: new Date(user.expiresAtMs).toISOString() };
  }

  /** Nothing here waits: no event of the socket can come before it is in its rooms. */
  private connected(socket: ParleySocket): void {
    const { userId, sessionId } = socket.data.user;
    if (this.ended.hasJustEnded(sessionId)) return void socket.disconnect(true);
    socket.once('disconnect', () => this.disconnected(socket));
    void socket.join([userRoom(userId), sessionRoom(sessionId)]);
    this.presence.active(userId, socket.id);
    this.events.publish('device.connected', { userId, sessionId, socketId: socket.id });
    this.expiry.watch(socket);
    this.ring(socket).catch((error: unknown) => this.logger.warn(`not rung: ${String(error)}`));
  }

  private disconnected(socket: ParleySocket): void {
    const { userId } = socket.data.user;
    this.presence.inactive(userId, socket.id);
    this.events.publish('device.disconnected', { userId, socketId: socket.id });
    this.expiry.forget(socket);
    this.calls.disconnected(callerOf(socket)).catch((error: unknown) => {
      this.logger.warn(`the call of a lost socket not interrupted: ${String(error)}`);
    });
  }

  /** A device that comes while a call rings rings too. */
  private async ring(socket: ParleySocket): Promise<void> {
    const call = await this.calls.ringing(socket.data.user.userId);
    if (!call) return;
    const { id: callId, callerId: from, callType, chatId } = call;
    this.publisher.toSocket(socket, 'incoming_call', { callId, from, callType, chatId, call });
  }

  private async authenticate(socket: ParleySocket): Promise<void> {
    // A promise only where there is something to wait for.
    const admitted = this.limiter.admit('connect', this.addressOf(socket));
    if (admitted) await admitted;
    try {
      socket.data.user = await this.guard.authenticate(socket);
    } catch (error) {
      if (toErrorInfo(error).code === 'INTERNAL') this.logger.error(`handshake failed: ${String(error)}`);
      throw error;
    }
  }

  /** Who has left and comes again by the same connection has no request any more (`releaseRequest`). */
  private addressOf({ request, conn }: ParleySocket): string {
    const given = request as typeof request | null;
    return given ? clientAddress(given, this.config.trustProxy) : conn.remoteAddress;
  }
}

/** Socket.IO sends `data` of the error along with `connect_error`. */
function refusal(error: unknown): Error & { data: unknown } {
  const { code, message, retryAfterMs } = toErrorInfo(error);
  return Object.assign(new Error(message), {
    data: { code, message, ...(retryAfterMs && { retryAfterMs }) },
  });
}
