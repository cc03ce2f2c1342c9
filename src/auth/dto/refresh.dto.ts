import { TextField } from '../../common/validation/fields.js';

/** `POST /api/auth/refresh` */
export class RefreshDto {
  @TextField({ min: 1, max: 512, description: 'As login or the last refresh gave it: each works once' })
  refreshToken: string;
}
