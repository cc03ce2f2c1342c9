import { BooleanField, TimeField } from '../../common/validation/fields.js';

/** Body of `PATCH /api/chats/:id/me`: what is left out stays as it is. */
export class UpdateChatMeDto {
  @TimeField({
    optional: true,
    nullable: true,
    example: '2026-11-23T10:00:00.000Z',
    description: 'No notifications until then; far off for good, `null` to have them again',
  })
  mutedUntil?: string | null;

  @BooleanField({ optional: true, description: 'Stays so when new messages come' })
  archived?: boolean;

  @BooleanField({ optional: true, description: 'In front of the list' })
  pinned?: boolean;
}
