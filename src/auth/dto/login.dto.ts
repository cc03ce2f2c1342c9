import { TextField } from '../../common/validation/fields.js';
import { EmailField } from '../../users/dto/user-fields.js';
import { PasswordField } from './password-fields.js';

/** `POST /api/auth/login` */
export class LoginDto {
  @EmailField()
  email: string;

  @PasswordField()
  password: string;

  @TextField({
    optional: true,
    min: 1,
    max: 100,
    trim: true,
    example: "Ada's phone",
    description: 'How the list of sessions names this login',
  })
  deviceName?: string;
}
