import { Injectable } from '@nestjs/common';

import { ForbiddenError } from '../common/errors/app-error.js';
import { PrivacyService } from '../users/privacy.service.js';

/** Who lets whom put them into groups. Joining by oneself needs nobody's leave. */
@Injectable()
export class GroupConsent {
  constructor(private readonly privacy: PrivacyService) {}

  /** Of these, those who let the user add them. A block looks like privacy. */
  admitting(userId: string, addedIds: readonly string[]): Promise<Set<string>> {
    return this.privacy.admitting(userId, addedIds, 'groups');
  }

  /** For a new group: all or nothing, without saying who it is. */
  async assertMayAdd(userId: string, addedIds: readonly string[]): Promise<void> {
    const admitting = await this.admitting(userId, addedIds);
    if (addedIds.some((id) => !admitting.has(id))) {
      throw new ForbiddenError('Somebody among these people does not let you add them to groups');
    }
  }
}
