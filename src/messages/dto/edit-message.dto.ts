import { TextField } from '../../common/validation/fields.js';
import { MAX_TEXT } from './send-message.dto.js';

/** Body of `PATCH /api/messages/:id`. */
export class EditMessageDto {
  @TextField({ min: 1, max: MAX_TEXT, blank: false, example: 'Hello again!' })
  text: string;
}
