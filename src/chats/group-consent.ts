import { Injectable } from '@nestjs/common';

import { ForbiddenError } from '../common/errors/app-error.js';
import { PrivacyService } from '../users/privacy.service.js';

/** Who lets whom put them into groups. Joining by oneself needs nobody's leave. */
@Injectable()
export class GroupConsent {
  constructor(private readonly privacy: PrivacyService) {}

  /** All or nothing, without saying who it is: a block looks like privacy. */
  async assertMayAdd(userId: string, addedIds: readonly string[]): Promise<void> {
    const admitting = await this.privacy.admitting(userId, addedIds, 'groups');
    if (addedIds.some((id) => !admitting.has(id))) {
      throw new ForbiddenError('Somebody among these people does not let you add them to groups');
    }
  }
}
