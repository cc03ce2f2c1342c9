import { NewPasswordField, PasswordField } from './password-fields.js';

/** `POST /api/auth/password` */
export class ChangePasswordDto {
  @PasswordField()
  currentPassword: string;

  @NewPasswordField()
  newPassword: string;
}
