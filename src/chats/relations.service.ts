import { Injectable } from '@nestjs/common';

import { ChatMembersRepository } from './chat-members.repository.js';

/** Who knows whom by their chats: the circle within which presence is told. */
@Injectable()
export class RelationsService {
  constructor(private readonly members: ChatMembersRepository) {}

  /** The other ones of the user's direct chats: they hear of coming and going without asking. */
  async directPartners(userId: string): Promise<string[]> {
    return (await this.directPartnersOf([userId])).get(userId) ?? [];
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
