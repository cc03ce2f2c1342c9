import { IntersectionType } from '@nestjs/swagger';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { IdField } from '../../common/validation/fields.js';
import { EditMessageDto } from '../../messages/dto/edit-message.dto.js';

/** Names a message. */
export class MessageEventDto extends ClaimedSenderDto {
  @IdField({ description: 'The message' })
  messageId: string;
}

/** Payload of `edit_message`. */
export class EditMessageEventDto extends IntersectionType(EditMessageDto, MessageEventDto) {}
