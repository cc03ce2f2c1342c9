import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MediaReferenceRegistry, type MediaReferences } from '../media/media-references.js';
import { PrivacyService } from './privacy.service.js';
import { UsersRepository } from './users.repository.js';

/** Pictures of people: seen by whom their `avatar` setting admits. */
@Injectable()
export class AvatarMedia implements MediaReferences, OnModuleInit {
  constructor(
    private readonly registry: MediaReferenceRegistry,
    private readonly users: UsersRepository,
    private readonly privacy: PrivacyService,
  ) {}

  onModuleInit(): void {
    this.registry.add(this);
  }

  async shows(viewerId: string, { id, ownerId }: { id: string; ownerId: string }): Promise<boolean> {
    if (!(await this.users.findAvatarsAmong([id])).has(id)) return false;
    return this.privacy.may(viewerId, ownerId, 'avatar');
  }

  held(mediaIds: readonly string[]): Promise<Set<string>> {
    return this.users.findAvatarsAmong(mediaIds);
  }
}
