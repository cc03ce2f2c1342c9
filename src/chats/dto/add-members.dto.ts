import { IdListField } from '../../common/validation/fields.js';
import { MAX_MEMBERS } from './create-chat.dto.js';

export class AddMembersDto {
  @IdListField({
    min: 1,
    max: MAX_MEMBERS - 1,
    description: 'Who joins; those who are in already stay as they are',
  })
  userIds: string[];
}
