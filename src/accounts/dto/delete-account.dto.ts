import { PasswordField } from '../../auth/dto/password-fields.js';

/** `DELETE /api/users/me` */
export class DeleteAccountDto {
  @PasswordField()
  password: string;
}
