import { TextField } from '../../common/validation/fields.js';
import { NameField, PhoneField } from './user-fields.js';

/** `PATCH /api/users/me`: what is absent stays as it is. */
export class UpdateProfileDto {
  @NameField({ optional: true })
  name?: string;

  @TextField({
    optional: true,
    max: 140,
    trim: true,
    example: 'At the analytical engine',
    description: 'May be empty',
  })
  about?: string;

  @PhoneField({ nullable: true })
  phone?: string | null;
}
