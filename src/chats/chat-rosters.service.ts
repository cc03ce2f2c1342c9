import { Injectable } from '@nestjs/common';

import { ChatMembersRepository, type Membership } from './chat-members.repository.js';
import type { ChatMemberView } from './chat.view.js';
import type { ChatRecord } from './chats.repository.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import type { ChatProfile } from './log/chat-profile.js';
import { ChatState } from './log/chat-state.js';
import { lastVisibleRev } from './membership.js';

/** Members that a chat view lists; larger groups are paged. */
export const MAX_LISTED_MEMBERS = 100;

/** Who is in a chat, for its view: how many, and up to the limit their names. */
export interface ChatRoster {
  count: number;
  listed: ListedMember[];
  /** For who has left: the chat as it showed itself then. */
  profile?: ChatProfile;
}

export type ListedMember = Omit<ChatMemberView, 'lastReadSeq' | 'lastDeliveredSeq'>;

@Injectable()
export class ChatRosters {
  constructor(
    private readonly members: ChatMembersRepository,
    private readonly log: ChatLogRepository,
  ) {}

  /** By chat id, in two queries: those of today for members, those of then for who has left. */
  async find(memberships: Membership[], records: Map<string, ChatRecord>): Promise<Map<string, ChatRoster>> {
    const present = memberships.filter(({ isActive }) => isActive);
    const counts = new Map(present.map(({ chatId }) => [chatId, records.get(chatId)?.memberCount ?? 0]));
    const small = [...counts].filter(([, count]) => count <= MAX_LISTED_MEMBERS).map(([chatId]) => chatId);
    const [active, past] = await Promise.all([
      this.members.findActive(small, MAX_LISTED_MEMBERS),
      this.whenLeaving(memberships.filter(({ isActive }) => !isActive)),
    ]);
    const today = [...counts].map(([chatId, count]): [string, ChatRoster] => {
      return [chatId, { count, listed: (active.get(chatId) ?? []).map(toListed) }];
    });
    return new Map([...today, ...past]);
  }

  /** Works the chat's changes out up to where each membership ended. */
  private async whenLeaving(memberships: Membership[]): Promise<Map<string, ChatRoster>> {
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

function toListed({
  userId,
  role,
  joinedAt,
}: Pick<Membership, 'userId' | 'role' | 'joinedAt'>): ListedMember {
  return { userId, role, joinedAt: joinedAt.toISOString() };
}
