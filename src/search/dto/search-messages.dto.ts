import { PageQueryDto } from '../../common/pagination/cursor.js';
import { IdField, TextField } from '../../common/validation/fields.js';

/** `GET /api/messages/search?q=` */
export class SearchMessagesDto extends PageQueryDto {
  @TextField({
    min: 1,
    max: 200,
    blank: false,
    example: 'lunch tom',
    description:
      'Words that a message has to have, in any order; case and accents do not count. The last one may be the beginning of a word (from three letters on), unless a space follows it. Of scripts without spaces any part of a text is found.',
  })
  q: string;

  @IdField({ optional: true, description: 'Only in this chat' })
  chatId?: string;

  @IdField({ optional: true, description: 'Only what this user sent' })
  senderId?: string;
}
