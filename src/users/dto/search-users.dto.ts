import { PageQueryDto } from '../../common/pagination/cursor.js';
import { TextField } from '../../common/validation/fields.js';

/** `GET /api/users?search=` */
export class SearchUsersDto extends PageQueryDto {
  @TextField({
    min: 2,
    max: 254,
    trim: true,
    example: 'ada',
    description: 'A whole email address, a whole phone number, or how a name begins (case does not count)',
  })
  search: string;
}
