import { Injectable } from '@nestjs/common';

import { ConflictError, ValidationError } from '../common/errors/app-error.js';
import { UsersService } from '../users/users.service.js';
import { StatusMutesRepository } from './status-mutes.repository.js';

/** The most people whom one user may mute. */
export const MAX_MUTES = 5000;

/** Whose statuses one does not want to be bothered by. Nobody else learns of it. */
@Injectable()
export class StatusMutes {
  constructor(
    private readonly mutes: StatusMutesRepository,
    private readonly users: UsersService,
  ) {}

  async mute(ownerId: string, userId: string): Promise<void> {
    if (userId === ownerId) throw ValidationError.of('userId', 'isOther', 'userId must be somebody else');
    await this.users.assertAllExist([userId]);
    if ((await this.mutes.findMuted(ownerId, [userId])).has(userId)) return;
    if ((await this.mutes.count(ownerId)) >= MAX_MUTES)
      throw new ConflictError(`You can mute at most ${MAX_MUTES} people`);
    if (await this.mutes.insert(ownerId, userId)) await this.users.bumpRev(ownerId);
  }

  /** Ids, ascending. */
  list(ownerId: string, limit: number): Promise<string[]> {
    return this.mutes.find(ownerId, limit);
  }

  async unmute(ownerId: string, userId: string): Promise<void> {
    if (await this.mutes.remove(ownerId, userId)) await this.users.bumpRev(ownerId);
  }
}
