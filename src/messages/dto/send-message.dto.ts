import { IntersectionType } from '@nestjs/swagger';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import {
  EnumField,
  IdField,
  IdListField,
  IntField,
  TextField,
  TimeField,
} from '../../common/validation/fields.js';
import { FILE_TYPES, type FileMessageType, MAX_ATTACHMENTS } from '../message-attachments.service.js';

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

  @EnumField(['text', ...FILE_TYPES], {
    optional: true,
    description: 'Without it `text`, or with files the kind of the first one',
  })
  type?: 'text' | FileMessageType;

  @TextField({
    optional: true,
    min: 1,
    max: MAX_TEXT,
    blank: false,
    example: 'Hello!',
    description: 'Required without files; with them what is written below',
  })
  text?: string;

  @IdListField({
    optional: true,
    min: 1,
    max: MAX_ATTACHMENTS,
    description:
      'Uploads of mine (`POST /api/media`), in order. Images and videos go together; one voice note goes alone',
  })
  attachmentIds?: string[];

  @TimeField({
    optional: true,
    description:
      'To be sent then and not now: a moment in the next 366 days. Until then only the sender knows of it',
  })
  sendAt?: string;

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
