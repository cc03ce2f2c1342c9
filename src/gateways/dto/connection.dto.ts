import { BooleanField, IdField, IdListField, TextField } from '../../common/validation/fields.js';

/** Payload of `user_connected`. */
export class UserConnectedDto {
  @IdField({ optional: true, description: "Only ever the token's user: anybody else is `FORBIDDEN`" })
  userId?: string;
}

/** Payload of `authenticate`. */
export class AuthenticateDto {
  @TextField({
    min: 1,
    max: 4096,
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiI2Nj...',
    description: 'A fresh access token of the same user',
  })
  token: string;
}

/** Payload of `presence`. */
export class PresenceDto {
  @IdListField({ min: 1, max: 100, description: 'Whose presence to tell now and on each change' })
  userIds: string[];
}

/** Payload of `set_active`. */
export class SetActiveDto {
  @BooleanField({ example: false, description: 'Whether the app is in the foreground' })
  active: boolean;
}
