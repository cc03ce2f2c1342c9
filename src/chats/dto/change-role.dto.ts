import { EnumField } from '../../common/validation/fields.js';
import type { ChatRole } from '../log/chat-state.js';

export class ChangeRoleDto {
  @EnumField(['owner', 'admin', 'member'], {
    example: 'admin',
    description: '`owner` hands the group over: the owner before becomes an admin',
  })
  role: ChatRole;
}
