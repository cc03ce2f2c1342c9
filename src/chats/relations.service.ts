import { Injectable } from '@nestjs/common';

import { ChatMembersRepository, type Membership } from './chat-members.repository.js';
import { Memberships } from './memberships.service.js';

/** Who knows whom by their chats: the circle within which presence is told. */
@Injectable()
export class RelationsService {
  constructor(
    private readonly members: ChatMembersRepository,
    private readonly memberships: Memberships,
  ) {}

  /** The other ones of the user's direct chats: they hear of coming and going without asking. */
  async directPartners(userId: string): Promise<string[]> {
    const memberships = await this.memberships.of(userId);
    const isShown = ({ hiddenUpToSeq }: Membership) => hiddenUpToSeq !== 0;
    return memberships.filter(isShown).flatMap(({ partnerId }) => partnerId ?? []);
  }

  /** The same for many at once, by user; who has none is not in it. */
  directPartnersOf(userIds: readonly string[]): Promise<Map<string, string[]>> {
    return this.members.findDirectPartners(userIds);
  }

  /** Of `otherIds`, those who share any chat with the user. */
  chatMates(userId: string, otherIds: string[]): Promise<Set<string>> {
    return this.members.findChatMates(userId, otherIds);
  }
}
