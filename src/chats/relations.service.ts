import { Injectable } from '@nestjs/common';

import { ChatMembersRepository } from './chat-members.repository.js';

/** Who knows whom by their chats: the circle within which presence is told. */
@Injectable()
export class RelationsService {
  constructor(private readonly members: ChatMembersRepository) {}

  /** The other ones of the user's direct chats: they hear of coming and going without asking. */
  directPartners(userId: string): Promise<string[]> {
    return this.members.findDirectPartners(userId);
  }

  /** Of `otherIds`, those who share any chat with the user. */
  chatMates(userId: string, otherIds: string[]): Promise<Set<string>> {
    return this.members.findChatMates(userId, otherIds);
  }
}
