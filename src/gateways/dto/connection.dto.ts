import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { BooleanField, IdListField, TextField } from '../../common/validation/fields.js';

/** Payload of `user_connected`. */
export class UserConnectedDto extends ClaimedSenderDto {}

/** Payload of `authenticate`. */
export class AuthenticateDto extends ClaimedSenderDto {
  @TextField({
    min: 1,
    max: 4096,
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiI2Nj...',
    description: 'A fresh access token of the same user',
  })
  token: string;
}

/** Payload of `presence`. */
export class PresenceDto extends ClaimedSenderDto {
  @IdListField({ min: 1, max: 100, description: 'Whose presence to tell now and on each change' })
  userIds: string[];
}

/** Payload of `set_active`. */
export class SetActiveDto extends ClaimedSenderDto {
  @BooleanField({ example: false, description: 'Whether the app is in the foreground' })
  active: boolean;
}
