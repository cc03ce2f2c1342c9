import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MediaReferenceRegistry, type MediaReferences } from '../media/media-references.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { GroupPicturesRepository, type PicturePlace } from './log/group-pictures.repository.js';
import { isGone, lastVisibleRev } from './membership.js';

/**
 * Pictures of groups: members see that of today, who has left that of then. It is kept as long as there is
 * anybody who may see it.
 */
@Injectable()
export class GroupPictureMedia implements MediaReferences, OnModuleInit {
  constructor(
    private readonly registry: MediaReferenceRegistry,
    private readonly pictures: GroupPicturesRepository,
    private readonly members: ChatMembersRepository,
  ) {}

  onModuleInit(): void {
    this.registry.add(this);
  }

  async shows(viewerId: string, { id }: { id: string }): Promise<boolean> {
    const [place] = await this.pictures.findPlaces([id]);
    const membership = place && (await this.members.find(place.chatId, viewerId));
    if (!membership || isGone(membership)) return false;
    return (await this.pictures.findAt(place.chatId, lastVisibleRev(membership))) === id;
  }

  async held(mediaIds: readonly string[]): Promise<Set<string>> {
    const held = new Set<string>();
    for (const place of await this.pictures.findPlaces(mediaIds))
      if (await this.isSeen(place)) held.add(place.mediaId);
    return held;
  }

  private async isSeen(place: PicturePlace): Promise<boolean> {
    const end = await this.pictures.findEnd(place);
    if (end === null) return true;
    const reign = { from: place.rev, to: end };
    return (await this.members.findLeftWithin(place.chatId, reign)).some((membership) => {
      const rev = lastVisibleRev(membership);
      return rev >= reign.from && rev < reign.to && !isGone(membership);
    });
  }
}
