import { BooleanField, EnumField, IdListField, NestedField } from '../../common/validation/fields.js';
import { PRIVACY_LEVELS, type PrivacyLevel } from '../privacy-policy.js';

/** The most people that one setting may name. */
export const MAX_PRIVACY_IDS = 1024;

export class PrivacyRuleDto {
  @EnumField(PRIVACY_LEVELS, {
    example: 'contacts',
    description:
      '`contacts` are the people whom you have saved; `contacts_except` is all of them but `userIds`, `only` just `userIds`',
  })
  level: PrivacyLevel;

  @IdListField({
    optional: true,
    max: MAX_PRIVACY_IDS,
    description: 'With `contacts_except` and `only`; none when left out',
  })
  userIds?: string[];
}

const Rule = (description: string) => NestedField(() => PrivacyRuleDto, { optional: true, description });

/** `PATCH /api/users/me/privacy`: what is absent stays as it is. */
export class UpdatePrivacyDto {
  @Rule('Who sees when I was last online')
  lastSeen?: PrivacyRuleDto;

  @Rule('Who sees that I am online')
  online?: PrivacyRuleDto;

  @Rule('Who sees my picture')
  avatar?: PrivacyRuleDto;

  @Rule('Who sees what I say about myself')
  about?: PrivacyRuleDto;

  @Rule('Who gets my statuses; `everyone` means my contacts and those I have a direct chat with')
  statuses?: PrivacyRuleDto;

  @Rule('Who may write to me first; once I have written in a direct chat it is open')
  messages?: PrivacyRuleDto;

  @Rule('Who may put me into groups')
  groups?: PrivacyRuleDto;

  @Rule('Who may call me')
  calls?: PrivacyRuleDto;

  @BooleanField({
    optional: true,
    description: 'Off: in direct chats neither side learns what the other has read',
  })
  readReceipts?: boolean;
}
