import { ApiPropertyOptional } from '@nestjs/swagger';

import { IdField } from '../../common/validation/fields.js';

/** Body of `PUT /api/users/me/avatar`, as JSON or as a form. */
export class SetAvatarDto {
  @IdField({
    optional: true,
    nullable: true,
    description: 'As JSON: an image that I have uploaded (`POST /api/media`), or `null` for no picture',
  })
  mediaId?: string | null;

  /** Only in a form, where it is read as it comes in; nothing else knows this field. */
  @ApiPropertyOptional({ type: 'string', format: 'binary', description: 'As a form: the image itself' })
  file?: never;
}
