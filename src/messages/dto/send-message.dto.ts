import { IntersectionType } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import {
  EnumField,
  IdField,
  IdListField,
  IntField,
  NestedField,
  TextField,
  TimeField,
} from '../../common/validation/fields.js';
import { HotPayload } from '../../common/validation/hot-payload.js';
import { FILE_TYPES, MAX_ATTACHMENTS } from '../message-attachments.service.js';
import { ContactCardDto, LocationDto, PollDto } from './message-parts.dto.js';

/** The most characters of a message's text. */
export const MAX_TEXT = 4096;

/** The longest life of a message that is to disappear: 90 days. */
export const MAX_LIFE_SECONDS = 7_776_000;

/** The most people whom one message names. */
export const MAX_MENTIONS = 50;

const SENT_TYPES = ['text', ...FILE_TYPES, 'location', 'contact', 'poll'] as const;
export type SentType = (typeof SENT_TYPES)[number];

/** What a message says. */
export class MessageContentDto {
  @TextField({
    min: 1,
    max: 64,
    example: 'a7c1-1',
    description:
      'Made by the client, unique per sender and chat: a retry with the same id sends nothing twice',
  })
  clientMessageId: string;

  @EnumField(SENT_TYPES, {
    optional: true,
    description:
      'Without it what the fields make it: `text`, the kind of the first file, or `location`, `contact`, `poll` where one is given',
  })
  type?: SentType;

  @TextField({
    optional: true,
    min: 1,
    max: MAX_TEXT,
    blank: false,
    example: 'Hello!',
    description: 'Required for a text; with everything else what is written below',
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

  @IdField({ optional: true, description: 'The message of this chat that it answers' })
  replyToId?: string;

  @IdListField({
    optional: true,
    max: MAX_MENTIONS,
    example: [],
    description: 'Members of the chat whom it names',
  })
  mentions?: string[];

  @ValidateIf((dto: MessageContentDto) => dto.type === 'location' || dto.location !== undefined)
  @NestedField(() => LocationDto, { conditional: true, description: 'Type `location`' })
  location?: LocationDto;

  @ValidateIf((dto: MessageContentDto) => dto.type === 'contact' || dto.contact !== undefined)
  @NestedField(() => ContactCardDto, { conditional: true, description: 'Type `contact`' })
  contact?: ContactCardDto;

  @ValidateIf((dto: MessageContentDto) => dto.type === 'poll' || dto.poll !== undefined)
  @NestedField(() => PollDto, { conditional: true, description: 'Type `poll`' })
  poll?: PollDto;

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

/** Body of `POST /api/chats/:id/messages`. */
export class PostMessageDto extends IntersectionType(MessageContentDto, ClaimedSenderDto) {}

/** Payload of `new_message`. */
@HotPayload()
export class NewMessageDto extends PostMessageDto {
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
