import { IntersectionType } from '@nestjs/swagger';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { EnumField, IdField, IntField, TextField } from '../../common/validation/fields.js';

/** The most characters of a message's text. */
export const MAX_TEXT = 4096;

/** The longest life of a message that is to disappear: 90 days. */
export const MAX_LIFE_SECONDS = 7_776_000;

/** Body of `POST /api/chats/:id/messages`. */
export class PostMessageDto {
  @TextField({
    min: 1,
    max: 64,
    example: 'a7c1-1',
    description:
      'Made by the client, unique per sender and chat: a retry with the same id sends nothing twice',
  })
  clientMessageId: string;

  @EnumField(['text'], { optional: true, default: 'text' })
  type?: 'text';

  @TextField({ min: 1, max: MAX_TEXT, blank: false, example: 'Hello!' })
  text: string;

  @IntField({
    min: 1,
    max: MAX_LIFE_SECONDS,
    optional: true,
    description: "The message is gone after so long, or sooner by the chat's `disappearingSeconds`",
  })
  expiresInSeconds?: number;
}

/** Payload of `new_message`. */
export class NewMessageDto extends IntersectionType(PostMessageDto, ClaimedSenderDto) {
  @IdField({ description: 'The chat to send to' })
  chatId: string;

  @TextField({
    min: 1,
    max: 64,
    optional: true,
    example: 'a7c1-1',
    description:
      'As in REST; the server makes one where a client leaves it out, and a retry then is a new message',
  })
  override clientMessageId: string;
}
