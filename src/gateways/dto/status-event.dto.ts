import { IdField, TextField } from '../../common/validation/fields.js';
import { PostStatusDto } from '../../status/dto/post-status.dto.js';
import { ClaimedSenderDto } from './chat-event.dto.js';

/** Payload of `new_status`. */
export class NewStatusDto extends PostStatusDto {
  @TextField({
    optional: true,
    min: 1,
    max: 64,
    example: 'b2d9-1',
    description: 'Made by the client: a retry with the same one posts nothing twice (24 h)',
  })
  requestId?: string;

  @IdField({ optional: true, description: "Only ever the token's user: anybody else is `FORBIDDEN`" })
  userId?: string;

  @IdField({ optional: true, description: 'As userId' })
  from?: string;

  @IdField({ optional: true, description: 'As userId' })
  senderId?: string;
}

/** Payload of `view_status`. */
export class ViewStatusDto extends ClaimedSenderDto {
  @IdField({ description: 'The status' })
  statusId: string;
}
