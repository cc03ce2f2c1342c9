import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../../common/pagination/cursor.js';
import { TRACE_REASONS, type TraceReason } from './trace-reason.js';

export const TRACE_STATES = ['none', 'stored', 'delivered', 'read'] as const;
export type TraceState = (typeof TRACE_STATES)[number];

export class TraceReasonView {
  @ApiProperty({
    enum: TRACE_REASONS,
    example: 'no_device',
    description:
      '`left_before`, `joined_after`: the message was not for them. `left_since`: they left before a device confirmed it. `you_blocked`: I have blocked them, so I may not know more. `hidden`: their privacy settings do not let me know. `not_confirmed`: a device was connected then or came since, and did not confirm. `no_device`: none was connected then, nor since. `not_known`: it is too long ago, or a node of the server did not say.',
  })
  code: TraceReason;

  @ApiPropertyOptional({
    example: '2026-11-20T08:00:00.000Z',
    description: 'Since when it holds, where I may know',
  })
  since?: string;
}

export class PushAttemptView {
  @ApiProperty({ example: '2026-11-22T10:15:31.000Z' })
  at: string;

  @ApiProperty({ example: 'accepted' })
  result: string;
}

/** What became of a message of mine with one member. */
export class RecipientTraceView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60702' })
  userId: string;

  @ApiProperty({ enum: TRACE_STATES, example: 'stored', description: '`none`: it was not for them' })
  state: TraceState;

  @ApiPropertyOptional({ example: '2026-11-22T10:15:30.123Z', description: 'It is there for them since' })
  storedAt?: string;

  @ApiPropertyOptional({
    example: '2026-11-22T10:15:31.000Z',
    description: 'A device of theirs has it, at the latest since then',
  })
  deliveredAt?: string;

  @ApiPropertyOptional({
    example: '2026-11-22T10:16:00.000Z',
    description: 'They have seen it, at the latest then; where I may know',
  })
  readAt?: string;

  @ApiPropertyOptional({
    example: false,
    description: 'Whether a device was connected when it was sent, where I may know',
  })
  connectedWhenSent?: boolean;

  @ApiPropertyOptional({ type: TraceReasonView, description: 'Until it is delivered: why nothing came' })
  reason?: TraceReasonView;

  @ApiProperty({ type: [PushAttemptView], example: [], description: 'Notifications that were tried' })
  pushes: PushAttemptView[];

  @ApiPropertyOptional({
    enum: ['not_available'],
    example: 'not_available',
    description: 'Why none was tried: this server sends none',
  })
  noPushReason?: string;
}

export class MessageTracePageView extends PageView {
  @ApiProperty({
    type: [RecipientTraceView],
    description: 'By user id, without the sender; pages may come short',
  })
  items: RecipientTraceView[];
  @ApiPropertyOptional({
    type: [String],
    example: ['7c1f2a3e-52b4-4f0a-9d8e-1b2c3d4e5f60'],
    description:
      'Nodes of the server that did not say who is connected there; `[]` where they can not be asked at all. Absent where all was heard',
  })
  unheardNodes?: string[];
}
