import { IntersectionType } from '@nestjs/swagger';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { EmojiField } from '../../common/validation/emoji.js';
import { BooleanField, IdField } from '../../common/validation/fields.js';
import { DeleteMessageQueryDto, VoteDto } from '../../messages/dto/change-message.dto.js';
import { EditMessageDto } from '../../messages/dto/edit-message.dto.js';

/** Names a message. */
export class MessageEventDto extends ClaimedSenderDto {
  @IdField({ description: 'The message' })
  messageId: string;
}

/** Payload of `edit_message`. */
export class EditMessageEventDto extends IntersectionType(EditMessageDto, MessageEventDto) {}

/** Payload of `delete_message`. */
export class DeleteMessageEventDto extends IntersectionType(DeleteMessageQueryDto, MessageEventDto) {}

/** Payload of `react_message`. */
export class ReactMessageEventDto extends MessageEventDto {
  @EmojiField({ nullable: true })
  emoji: string | null;
}

/** Payload of `pin_message`. */
export class PinMessageEventDto extends MessageEventDto {
  @BooleanField({ example: true })
  pinned: boolean;
}

/** Payload of `vote_poll`. */
export class VotePollEventDto extends IntersectionType(VoteDto, MessageEventDto) {}
