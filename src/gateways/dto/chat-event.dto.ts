import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { EnumField, IdField, IntField } from '../../common/validation/fields.js';
import { HotPayload } from '../../common/validation/hot-payload.js';
import type { TypingKind } from '../../realtime/socket-events.js';

/** Payload of `join_chat` and `leave_chat`. */
export class ChatEventDto extends ClaimedSenderDto {
  @IdField({ description: 'The chat' })
  chatId: string;
}

/** Payload of `typing` and `stop_typing`. */
@HotPayload()
export class TypingDto extends ChatEventDto {
  @IdField({
    optional: true,
    description: 'Sent by tutorial clients; the members of the chat are who hears it',
  })
  recipientId?: string;

  @EnumField(['text', 'voice'], { optional: true, default: 'text' })
  kind?: TypingKind;
}

/** Payload of `message_delivered` and `message_read`. */
@HotPayload()
export class ReceiptDto extends ClaimedSenderDto {
  @IdField({ description: 'The chat' })
  chatId: string;

  @IntField({ min: 1, example: 12, description: 'All messages up to this one' })
  seq: number;
}
