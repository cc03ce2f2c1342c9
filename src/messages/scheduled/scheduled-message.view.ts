import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../../common/pagination/cursor.js';
import { MessageContentDto } from '../dto/send-message.dto.js';
import { SCHEDULED_STATES, type ScheduledRecord, type ScheduledState } from './scheduled-message.record.js';

export class ScheduledFailureView {
  @ApiProperty({ example: 'FORBIDDEN', description: 'As a send at that moment was refused' })
  code: string;

  @ApiProperty({ example: 'You are no longer a member of this chat: you can only read its past' })
  message: string;
}

/** A message to be sent later, with its content as it was given. Only its sender ever sees it. */
export class ScheduledMessageView extends MessageContentDto {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60748' })
  id: string;

  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  chatId: string;

  @ApiProperty({ example: '2026-12-24T18:00:00.000Z' })
  override sendAt: string;

  @ApiProperty({
    enum: SCHEDULED_STATES,
    example: 'pending',
    description: '`sent` and `cancelled` are told by the event alone: such ones are on no list',
  })
  state: ScheduledState;

  @ApiPropertyOptional({ type: ScheduledFailureView, description: 'With `failed`' })
  failure?: ScheduledFailureView;

  @ApiPropertyOptional({ example: '6920f1c2a1b2c3d4e5f60718', description: 'With `sent`: what it became' })
  messageId?: string;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  createdAt: string;
}

export class ScheduledMessagePageView extends PageView {
  @ApiProperty({ type: [ScheduledMessageView], description: 'The next to be sent first' })
  items: ScheduledMessageView[];
}

/** `messageId` is what it has become. */
export function toScheduledMessageView(record: ScheduledRecord, messageId?: string): ScheduledMessageView {
  const { id, chatId, clientMessageId, state, failure } = record;
  return {
    // Validated as this when it was scheduled.
    ...(record.content as Pick<MessageContentDto, 'text'>),
    id,
    chatId,
    clientMessageId,
    sendAt: record.sendAt.toISOString(),
    state,
    ...(failure && { failure }),
    ...(messageId && { messageId }),
    createdAt: record.createdAt.toISOString(),
  };
}
