import { Injectable } from '@nestjs/common';

import { ConflictError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import type { SharedChatView } from './chat.view.js';
import { MAX_MEMBERS } from './dto/create-chat.dto.js';
import { GroupChanges } from './group-changes.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import type { ChatState } from './log/chat-state.js';

export interface Admission {
  chatId: string;
  /** Whose deed it is: who adds, or who joins by themselves. */
  byId: string;
  userIds: readonly string[];
  /** Asked with the state that the change will stand on. */
  assert: (state: ChatState) => void;
}

/** The one way into a group that exists, whoever opens the door. */
@Injectable()
export class Newcomers {
  constructor(
    private readonly chatLog: ChatLog,
    private readonly members: ChatMembersRepository,
    private readonly reader: ChatReader,
    private readonly changes: GroupChanges,
    private readonly events: DomainEvents,
  ) {}

  /** Answers who is new; those who are in already stay as they are. */
  async admit({ chatId, byId, userIds, assert }: Admission): Promise<string[]> {
    let added: string[] = [];
    let chat: SharedChatView | null = null;
    await this.chatLog.append({
      chatId,
      draft: (state) => {
        assert(state);
        added = userIds.filter((id) => !state.has(id));
        const memberCount = state.memberCount + added.length;
        if (added.length === 0) return null;
        if (memberCount > MAX_MEMBERS) throw new ConflictError(`A group has at most ${MAX_MEMBERS} members`);
        const members = added.map((id) => ({ userId: toObjectId(id), role: 'member' as const }));
        const history = state.profile.settings.historyForNew && { hasHistory: true as const };
        return { kind: 'members_added', senderId: toObjectId(byId), members, memberCount, ...history };
      },
      prepare: async () => {
        chat = await this.viewFor(chatId, added[0] as string);
      },
      stored: (row, before) => {
        this.tell(row, before);
        // New members get the chat as a new one does, and only then what happens in it.
        if (chat) this.events.publish('chat.created', { chat, recipientIds: added });
        this.tell(row, added);
      },
    });
    return added;
  }

  private tell(row: ChatLogRow, recipientIds: readonly string[]): void {
    const { rev, createdAt: joinedAt } = row;
    const chatId = row.chatId.toHexString();
    const members = (row.members ?? []).map(({ userId, role }) => ({
      userId: userId.toHexString(),
      role,
      joinedAt,
    }));
    this.events.publish('member.added', { chatId, members, rev, recipientIds });
    this.changes.tell(row, recipientIds);
  }

  /** One view for all of them: its last message is the joining itself or a later one, which each may see. */
  private async viewFor(chatId: string, userId: string): Promise<SharedChatView | null> {
    const membership = await this.members.find(chatId, userId);
    return membership && this.reader.shared(userId, membership);
  }
}
