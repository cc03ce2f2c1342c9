import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { CallView } from '../calls/call.view.js';
import { IceServerView } from '../calls/ice-servers.view.js';
import { ChatView } from '../chats/chat.view.js';
import { MessageView } from '../messages/message.view.js';
import { ScheduledMessageView } from '../messages/scheduled/scheduled-message.view.js';
import { StatusView } from '../status/status.view.js';
import { OwnUserView } from '../users/user.view.js';

/** Ack `data` of the events, for the documentation and the handlers' types. */

export class UserConnectedAck {
  @ApiProperty({ type: OwnUserView })
  user: OwnUserView;

  @ApiProperty({ example: '6920f1d0a1b2c3d4e5f60720' })
  sessionId: string;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  serverTime: string;

  @ApiProperty({ type: [String], description: 'Direct-chat partners who are online' })
  online: string[];
}

export class JoinChatAck {
  @ApiProperty({ type: ChatView })
  chat: ChatView;

  @ApiProperty({ type: [MessageView], description: 'The latest 50, ascending' })
  messages: MessageView[];
}

export class NewMessageAck {
  @ApiPropertyOptional({ type: MessageView, description: 'Absent where it was scheduled' })
  message?: MessageView;

  @ApiPropertyOptional({ type: ScheduledMessageView, description: 'With `sendAt`, until it is sent' })
  scheduled?: ScheduledMessageView;
}

/** A message after a change of it. */
export class MessageAck {
  @ApiProperty({ type: MessageView })
  message: MessageView;
}

export class ReceiptAck {
  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  chatId: string;

  @ApiProperty({ example: 12 })
  seq: number;
}

export class NewStatusAck {
  @ApiProperty({ type: StatusView })
  status: StatusView;
}

export class CallAck {
  @ApiProperty({ type: CallView })
  call: CallView;
}

export class JoinedCallAck extends CallAck {
  @ApiProperty({ type: [IceServerView], description: 'For `new RTCPeerConnection({ iceServers })`' })
  iceServers: IceServerView[];
}

export class CallUserAck extends JoinedCallAck {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60733' })
  callId: string;
}

export class AuthenticateAck {
  @ApiProperty({ example: '2026-11-23T10:15:30.000Z' })
  expiresAt: string;
}

/** Empty for users one shares no chat with. */
export class PresenceView {
  @ApiPropertyOptional({ example: true })
  online?: boolean;

  @ApiPropertyOptional({ example: '2026-11-22T10:15:30.123Z' })
  lastSeenAt?: string;
}
