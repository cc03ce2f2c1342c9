import { TextField } from '../../common/validation/fields.js';
import { MAX_TEXT } from '../../messages/dto/send-message.dto.js';

export class ReplyToStatusDto {
  @TextField({
    min: 1,
    max: 64,
    example: 'a7c1-1',
    description: 'Made by the client: a retry with the same id sends nothing twice',
  })
  clientMessageId: string;

  @TextField({ min: 1, max: MAX_TEXT, blank: false, example: 'Lovely!' })
  text: string;
}
