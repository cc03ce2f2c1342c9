import { EmailField, NameField, PhoneField } from '../../users/dto/user-fields.js';
import { NewPasswordField } from './password-fields.js';

/** `POST /api/auth/register` */
export class RegisterDto {
  @EmailField()
  email: string;

  @NewPasswordField()
  password: string;

  @NameField()
  name: string;

  @PhoneField()
  phone?: string;
}
