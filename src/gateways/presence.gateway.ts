import { MessageBody } from '@nestjs/websockets';

import { assertOwnIdentity } from '../common/assert-own-identity.js';
import type { Presence } from '../common/ports/presence-reader.js';
import { PresenceService } from '../presence/presence.service.js';
import { PresenceViews } from '../presence/presence-views.service.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { PresenceView } from './ack.views.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocket } from './current-socket.decorator.js';
import { PresenceDto, SetActiveDto } from './dto/connection.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** Asking about others' presence, and saying what one's own device is up to. */
@RealtimeGateway()
export class PresenceGateway {
  constructor(
    private readonly presence: PresenceService,
    private readonly views: PresenceViews,
  ) {}

  @ClientEvent('presence', {
    summary:
      'Asks who of these is online, and from then on hears of their changes. Only people who saved you or share a chat with you answer, each what their privacy settings allow; the others come empty',
    ackByUser: PresenceView,
    errors: ['FORBIDDEN'],
    emits: ['user_online', 'user_offline'],
    limit: 'presence',
  })
  async watch(
    @CurrentSocket() socket: ParleySocket,
    @MessageBody() dto: PresenceDto,
  ): Promise<Record<string, Presence>> {
    assertOwnIdentity(socket.data.user.userId, dto);
    return this.views.watch(socket, dto.userIds);
  }

  @ClientEvent('set_active', {
    summary:
      'Says whether the app is in the foreground on this device: one is online while it is on at least one. A socket starts active',
    errors: ['FORBIDDEN'],
    emits: ['user_online', 'user_offline'],
    limit: 'presence',
  })
  setActive(@CurrentSocket() socket: ParleySocket, @MessageBody() dto: SetActiveDto): void {
    const { userId } = socket.data.user;
    assertOwnIdentity(userId, dto);
    if (!socket.connected) return; // gone while its event waited: nothing would ever end this presence
    if (dto.active) this.presence.active(userId, socket.id);
    else this.presence.inactive(userId, socket.id);
  }
}
