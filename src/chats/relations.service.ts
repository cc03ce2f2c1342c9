import { Injectable } from '@nestjs/common';

import { GatheredLookup } from '../common/gathered-lookup.js';
import { ChatMembersRepository } from './chat-members.repository.js';

/** Who knows whom by their chats: the circle within which presence is told. */
@Injectable()
export class RelationsService {
  private readonly partners = new GatheredLookup((userIds) => this.members.findDirectPartners(userIds));

  constructor(private readonly members: ChatMembersRepository) {}

  /** The other ones of the user's direct chats: they hear of coming and going without asking. */
  async directPartners(userId: string): Promise<string[]> {
    return (await this.partners.get(userId)) ?? [];
  }

  /** Of `otherIds`, those who share any chat with the user. */
  chatMates(userId: string, otherIds: string[]): Promise<Set<string>> {
    return this.members.findChatMates(userId, otherIds);
  }
}
