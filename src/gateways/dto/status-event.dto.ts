import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { IdField, TextField } from '../../common/validation/fields.js';
import { PostStatusDto } from '../../status/dto/post-status.dto.js';

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
}

/** Payload of `view_status`. */
export class ViewStatusDto extends ClaimedSenderDto {
  @IdField({ description: 'The status' })
  statusId: string;
}
