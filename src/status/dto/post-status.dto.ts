import { Matches } from 'class-validator';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { EnumField, IdField, IdListField, NestedField, TextField } from '../../common/validation/fields.js';
import { MAX_NAMED } from '../audience.js';
import { AUDIENCE_LEVELS, type AudienceLevel, STATUS_TYPES, type StatusType } from '../status.record.js';

/** The most characters of a status. */
export const MAX_STATUS_TEXT = 4096;

export class StatusAudienceDto {
  @EnumField(AUDIENCE_LEVELS, {
    example: 'contacts',
    description: '`everyone`: my contacts and the people I have a direct chat with',
  })
  level: AudienceLevel;

  @IdListField({
    optional: true,
    max: MAX_NAMED,
    description: 'With `contacts_except` those who may not see it, with `only` those who may; with no other',
  })
  userIds?: string[];
}

/** Body of `POST /api/status`. */
export class PostStatusDto extends ClaimedSenderDto {
  @EnumField(STATUS_TYPES, { example: 'text', description: '`image` and `video` need a `mediaId`' })
  type: StatusType;

  @TextField({
    optional: true,
    min: 1,
    max: MAX_STATUS_TEXT,
    blank: false,
    example: 'At the sea',
    description: 'Required for a text; with an image or a video what is written below',
  })
  text?: string;

  @IdField({
    optional: true,
    description: 'Required for images and videos: an upload of mine (`POST /api/media`)',
  })
  mediaId?: string;

  @TextField({ optional: true, max: 7, example: '#1F6FEB', description: 'Of a text: `#RRGGBB`' })
  @Matches(/^#[0-9a-f]{6}$/i, { message: '$property must be a colour such as #1F6FEB' })
  backgroundColor?: string;

  @NestedField(() => StatusAudienceDto, {
    optional: true,
    description: 'Without it what `statuses` of my privacy settings says',
  })
  audience?: StatusAudienceDto;
}
