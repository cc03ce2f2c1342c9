import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import {
  PRIVACY_ASPECTS,
  PRIVACY_LEVELS,
  type PrivacyLevel,
  type PrivacyRule,
  type PrivacySettings,
} from './privacy-policy.js';

export class PrivacyRuleView {
  @ApiProperty({ enum: PRIVACY_LEVELS, example: 'everyone' })
  level: PrivacyLevel;

  @ApiPropertyOptional({ type: [String], description: 'With `contacts_except` and `only`' })
  userIds?: string[];
}

/** One's own privacy settings. */
export class PrivacyView {
  @ApiProperty({ type: PrivacyRuleView })
  lastSeen: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  online: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  avatar: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  about: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  statuses: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  messages: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  groups: PrivacyRuleView;

  @ApiProperty({ type: PrivacyRuleView })
  calls: PrivacyRuleView;

  @ApiProperty({ example: true })
  readReceipts: boolean;
}

export function toPrivacyView(settings: PrivacySettings): PrivacyView {
  const rules = Object.fromEntries(PRIVACY_ASPECTS.map((aspect) => [aspect, toRuleView(settings[aspect])]));
  return { ...(rules as Omit<PrivacyView, 'readReceipts'>), readReceipts: settings.readReceipts };
}

function toRuleView({ level, userIds }: PrivacyRule): PrivacyRuleView {
  return { level, ...(userIds && { userIds: [...userIds] }) };
}
