import { ValidateIf } from 'class-validator';

import { EnumField, IdField, IdListField, TextField } from '../../common/validation/fields.js';

/** The most members that a group may have, its creator included. */
export const MAX_MEMBERS = 1024;

export class CreateChatDto {
  @EnumField(['direct', 'group'], { example: 'group' })
  type: 'direct' | 'group';

  @ValidateIf((dto: CreateChatDto) => dto.type === 'direct' || dto.userId !== undefined)
  @IdField({ conditional: true, description: 'Direct chats: the other one' })
  userId?: string;

  @ValidateIf((dto: CreateChatDto) => dto.type === 'group' || dto.title !== undefined)
  @TextField({
    conditional: true,
    min: 1,
    max: 100,
    trim: true,
    blank: false,
    description: 'Groups only',
    example: 'Weekend',
  })
  title?: string;

  @ValidateIf((dto: CreateChatDto) => dto.type === 'group' || dto.memberIds !== undefined)
  @IdListField({
    conditional: true,
    max: MAX_MEMBERS - 1,
    description: 'Groups only: the members besides yourself',
  })
  memberIds?: string[];
}
