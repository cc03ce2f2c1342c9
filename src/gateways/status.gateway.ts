import { MessageBody } from '@nestjs/websockets';

import { assertOwnIdentity } from '../common/assert-own-identity.js';
import type { AuthUser } from '../common/auth-user.js';
import { StatusViewings } from '../status/status-viewings.service.js';
import { StatusesService } from '../status/statuses.service.js';
import { NewStatusAck } from './ack.views.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocketUser } from './current-socket-user.decorator.js';
import { NewStatusDto, ViewStatusDto } from './dto/status-event.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** Status events; the rest of statuses is REST. */
@RealtimeGateway()
export class StatusGateway {
  constructor(
    private readonly statuses: StatusesService,
    private readonly viewings: StatusViewings,
  ) {}

  @ClientEvent('new_status', {
    summary:
      'Posts a status to its audience; acked when it is stored. A retry with the same requestId answers the first one',
    ack: NewStatusAck,
    emits: ['new_status'],
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE'],
    limit: 'new_status',
  })
  async newStatus(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: NewStatusDto,
  ): Promise<NewStatusAck> {
    assertOwnIdentity(userId, dto);
    const { status } = await this.statuses.post(userId, dto, dto.requestId);
    return { status };
  }

  @ClientEvent('view_status', {
    summary: 'One has seen a status; counts once. Its author hears of it unless read receipts are off',
    emits: ['status_viewed'],
    errors: ['NOT_FOUND'],
    limit: 'view_status',
  })
  async viewStatus(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: ViewStatusDto,
  ): Promise<void> {
    assertOwnIdentity(userId, dto);
    await this.viewings.view(userId, dto.statusId);
  }
}
