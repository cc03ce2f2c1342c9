import {
  BooleanField,
  ChoiceField,
  EnumField,
  IdField,
  NestedField,
  TextField,
} from '../../common/validation/fields.js';
import { type Circle, DISAPPEARING_SECONDS } from '../log/chat-profile.js';

const CIRCLES = ['all', 'admins'];

export class UpdateSettingsDto {
  @EnumField(CIRCLES, { optional: true, description: 'Who may write; `admins`: for announcements only' })
  send?: Circle;

  @EnumField(CIRCLES, { optional: true, description: 'Who may change title, description and picture' })
  editInfo?: Circle;

  @EnumField(CIRCLES, { optional: true, description: 'Who may add people' })
  addMembers?: Circle;

  @BooleanField({ optional: true, description: 'Who comes by an invite waits until an admin lets them in' })
  joinApproval?: boolean;

  @BooleanField({ optional: true, description: 'Who is added from now on reads what was written before' })
  historyForNew?: boolean;

  @ChoiceField(DISAPPEARING_SECONDS, {
    optional: true,
    description: 'Messages sent from now on are gone after so long; 0: they stay',
  })
  disappearingSeconds?: number;
}

/** Body of `PATCH /api/chats/:id`: what is left out stays as it is. */
export class UpdateChatDto {
  @TextField({ min: 1, max: 100, trim: true, blank: false, optional: true, example: 'Weekend' })
  title?: string;

  @TextField({
    max: 1000,
    trim: true,
    optional: true,
    nullable: true,
    example: 'Where to and what to bring',
    description: '`null` or empty: none',
  })
  description?: string | null;

  @IdField({
    optional: true,
    nullable: true,
    description: 'An image that I have uploaded (`POST /api/media`), or `null` for no picture',
  })
  avatarMediaId?: string | null;

  @NestedField(() => UpdateSettingsDto, { optional: true })
  settings?: UpdateSettingsDto;
}
