import { Injectable } from '@nestjs/common';

import type { Membership } from './chat-members.repository.js';
import type { ChatMemberView } from './chat.view.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import type { ChatProfile } from './log/chat-profile.js';
import { ChatState } from './log/chat-state.js';
import { lastVisibleRev } from './membership.js';

/** Members that a chat view lists; larger groups are paged. */
export const MAX_LISTED_MEMBERS = 100;

/** A chat as it showed itself when somebody left it: how many were in, up to the limit their names, and the rest. */
export interface PastRoster {
  count: number;
  listed: ListedMember[];
  profile: ChatProfile;
}

export type ListedMember = Omit<ChatMemberView, 'lastReadSeq' | 'lastDeliveredSeq'>;

/** Chats for those who have left them. */
@Injectable()
export class ChatRosters {
  constructor(private readonly log: ChatLogRepository) {}

  /** By chat id, in one query: works the chat's changes out up to where each membership ended. */
  async whenLeaving(memberships: Membership[]): Promise<Map<string, PastRoster>> {
    const states = new Map(
      memberships.map(({ chatId, joinedAt }) => [
        chatId,
        new ChatState(chatId, 'group', 0, 0, new Map(), joinedAt),
      ]),
    );
    const ends = memberships.map((membership) => ({
      chatId: membership.chatId,
      toRev: lastVisibleRev(membership),
    }));
    for (const row of await this.log.findRosterChangesUpTo(ends))
      states.get(row.chatId.toHexString())?.apply(row);
    return new Map(
      [...states].map(([chatId, { memberCount: count, members, profile }]) => [
        chatId,
        { count, listed: count <= MAX_LISTED_MEMBERS ? members.map(toListed) : [], profile },
      ]),
    );
  }
}

export function toListed({
  userId,
  role,
  joinedAt,
}: Pick<Membership, 'userId' | 'role' | 'joinedAt'>): ListedMember {
  return { userId, role, joinedAt: joinedAt.toISOString() };
}
