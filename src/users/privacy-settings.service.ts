import { Injectable } from '@nestjs/common';

import { NotFoundError, ValidationError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import type { PrivacyRuleDto, UpdatePrivacyDto } from './dto/update-privacy.dto.js';
import {
  DEFAULT_PRIVACY,
  PRIVACY_ASPECTS,
  type PrivacyAspect,
  type PrivacyRule,
  type PrivacySettings,
} from './privacy-policy.js';
import { PrivacyRepository } from './privacy.repository.js';
import { UsersService } from './users.service.js';

/** Changing one's privacy settings; what they mean is `admits`, who asks is `PrivacyService`. */
@Injectable()
export class PrivacySettingsService {
  constructor(
    private readonly users: UsersService,
    private readonly repository: PrivacyRepository,
    private readonly events: DomainEvents,
  ) {}

  /** What is left out stays. Settings and `me` rev change in one write; at work when it is answered. */
  async change(userId: string, dto: UpdatePrivacyDto): Promise<PrivacySettings> {
    const rules = PRIVACY_ASPECTS.flatMap((aspect) => {
      const rule = dto[aspect];
      return rule ? [[aspect, ruleOf(aspect, rule)] as const] : [];
    });
    await this.users.assertAllKnown(rules.flatMap(([, { userIds = [] }]) => [...userIds]));
    const change: Partial<PrivacySettings> = {
      ...Object.fromEntries(rules),
      ...(dto.readReceipts !== undefined && { readReceipts: dto.readReceipts }),
    };
    const stored = await this.repository.update(userId, change);
    if (!stored) throw new NotFoundError('User');
    if (Object.keys(change).length > 0) this.events.publish('user.privacy_changed', { userId });
    return { ...DEFAULT_PRIVACY, ...stored };
  }
}

function ruleOf(aspect: PrivacyAspect, { level, userIds }: PrivacyRuleDto): PrivacyRule {
  if (level === 'contacts_except' || level === 'only') return { level, userIds: userIds ?? [] };
  if (userIds !== undefined) {
    const message = 'userIds goes with the levels contacts_except and only';
    throw ValidationError.of(`${aspect}.userIds`, 'whitelistValidation', message);
  }
  return { level };
}
