import { Injectable, Logger } from '@nestjs/common';

import { ConflictError, ForbiddenError, NotFoundError } from '../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { toObjectId } from '../database/object-id.js';
import type { DomainEventMap } from '../events/domain-event.map.js';
import { DomainEvents } from '../events/domain-events.js';
import { UsersService } from '../users/users.service.js';
import { ChatAccess, NotAMemberError } from './chat-access.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import type { ChatMemberView } from './chat.view.js';
import { MAX_MEMBERS } from './dto/create-chat.dto.js';
import { GroupConsent } from './group-consent.js';
import { type AppendRequest, ChatLog, type RowDraft } from './log/chat-log.service.js';
import type { ChatRole, ChatState } from './log/chat-state.js';
import { readSeqFor } from './receipts/chat-receipts.schema.js';
import { ChatReceiptsRepository } from './receipts/chat-receipts.repository.js';

/** Who is in a group, and as what. */
@Injectable()
export class MembersService {
  private readonly logger = new Logger(MembersService.name);

  constructor(
    private readonly access: ChatAccess,
    private readonly members: ChatMembersRepository,
    private readonly chatLog: ChatLog,
    private readonly receipts: ChatReceiptsRepository,
    private readonly reader: ChatReader,
    private readonly users: UsersService,
    private readonly consent: GroupConsent,
    private readonly events: DomainEvents,
  ) {}

  /** A page of the present members, by user id. */
  async list(
    userId: string,
    chatId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<ChatMemberView>> {
    const membership = await this.access.assertReader(userId, chatId);
    if (!membership.isActive) throw await this.access.refusal(userId, chatId);
    const after = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
    const [found, receipts] = await Promise.all([
      this.members.findPage(chatId, after, limit + 1),
      this.receipts.findByChats([chatId]),
    ]);
    const items = found.slice(0, limit).map(({ userId: id, role, joinedAt }) => {
      const mark = receipts.get(chatId)?.marks[id];
      const seqs = { lastReadSeq: readSeqFor(userId, id, mark), lastDeliveredSeq: mark?.deliveredSeq ?? 0 };
      return { userId: id, role, joinedAt: joinedAt.toISOString(), ...seqs };
    });
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? encodeCursor([last.userId]) : null };
  }

  /** Any member may add; those who are in already stay as they are. Answers how many are new. */
  async add(userId: string, chatId: string, userIds: string[]): Promise<number> {
    const known = await this.access.assertMember(userId, chatId);
    await this.users.assertAllExist(userIds);
    await this.consent.assertMayAdd(
      userId,
      userIds.filter((id) => !known.has(id)),
    );
    let added: string[] = [];
    await this.change(userId, chatId, {
      draft: (state) => {
        added = userIds.filter((id) => !state.has(id));
        if (added.length === 0) return null;
        if (state.memberCount + added.length > MAX_MEMBERS) {
          throw new ConflictError(`A group has at most ${MAX_MEMBERS} members`);
        }
        const members = added.map((id) => ({ userId: toObjectId(id), role: 'member' as const }));
        return {
          kind: 'members_added',
          senderId: toObjectId(userId),
          members,
          memberCount: state.memberCount + added.length,
        };
      },
      stored: ({ rev, createdAt }, before) => {
        const members = added.map((id) => ({ userId: id, role: 'member' as const, joinedAt: createdAt }));
        this.events.publish('member.added', { chatId, members, rev, recipientIds: before });
        void this.welcome({ chatId, members, rev, recipientIds: added });
      },
    });
    return added.length;
  }

  /** Admins remove members, the owner anybody; oneself is leaving. */
  async remove(userId: string, chatId: string, removedId: string): Promise<void> {
    await this.removeIf(userId, chatId, removedId, (state) => {
      if (removedId === userId) return;
      const role = state.roleOf(userId);
      if (role === 'member') throw new ForbiddenError('Only admins remove members');
      if (!state.has(removedId)) throw new NotFoundError('Member');
      if (role === 'admin' && state.roleOf(removedId) !== 'member') {
        throw new ForbiddenError('Only the owner removes admins');
      }
    });
  }

  /** Leaves a group; a direct chat, or a group left before, goes off the user's list with its past. */
  async leaveOrHide(userId: string, chatId: string): Promise<void> {
    const membership = await this.access.assertReader(userId, chatId);
    const state = await this.chatLog.state(chatId);
    if (state.type === 'group' && membership.isActive) {
      await this.removeIf(userId, chatId, userId, () => undefined);
      return;
    }
    const upToSeq = membership.isActive ? state.seq : (membership.spans.at(-1)?.toSeq ?? 0);
    await this.members.hide(chatId, userId, upToSeq);
    this.events.publish('chat.removed', { chatId, userId });
  }

  /** The owner makes admins and members of people, or hands the group over. */
  async changeRole(userId: string, chatId: string, memberId: string, role: ChatRole): Promise<void> {
    await this.change(userId, chatId, {
      draft: (state) => {
        if (state.roleOf(userId) !== 'owner') throw new ForbiddenError('Only the owner changes roles');
        if (!state.has(memberId)) throw new NotFoundError('Member');
        if (state.roleOf(memberId) === role) return null;
        if (memberId === userId)
          throw new ConflictError('Hand the group over first: make somebody else its owner');
        const members = [{ userId: toObjectId(memberId), role }];
        if (role === 'owner') members.push({ userId: toObjectId(userId), role: 'admin' });
        return { kind: 'member_role', senderId: toObjectId(userId), members, memberCount: state.memberCount };
      },
      stored: ({ rev, members = [] }, recipientIds) => {
        for (const member of members) {
          const changed = { userId: member.userId.toHexString(), role: member.role };
          this.events.publish('member.role', { chatId, ...changed, rev, recipientIds });
        }
      },
    });
  }

  private async removeIf(
    userId: string,
    chatId: string,
    removedId: string,
    assert: (state: ChatState) => void,
  ) {
    await this.change(userId, chatId, {
      draft: (state) => {
        assert(state);
        const heir = state.roleOf(removedId) === 'owner' ? state.heirOf(removedId) : null;
        return {
          kind: 'member_removed',
          senderId: toObjectId(userId),
          removedId: toObjectId(removedId),
          ...(heir && { newOwnerId: toObjectId(heir) }),
          memberCount: state.memberCount - 1,
        };
      },
      stored: ({ rev, newOwnerId }, before) => {
        this.events.publish('member.removed', { chatId, userId: removedId, rev, recipientIds: before });
        if (!newOwnerId) return;
        const heir = newOwnerId.toHexString();
        const recipientIds = before.filter((id) => id !== removedId);
        this.events.publish('member.role', { chatId, userId: heir, role: 'owner', rev, recipientIds });
      },
    });
  }

  /** A change of a group by one of its members. */
  private async change(
    userId: string,
    chatId: string,
    {
      draft,
      stored,
    }: { draft: (state: ChatState) => RowDraft | null; stored: NonNullable<AppendRequest['stored']> },
  ): Promise<void> {
    const write = this.chatLog.append({
      chatId,
      stored,
      draft: (state) => {
        if (!state.has(userId)) throw new NotAMemberError();
        if (state.type === 'direct') throw new ForbiddenError('The two of a direct chat stay as they are');
        return draft(state);
      },
    });
    await this.access.guarded(userId, chatId, write);
  }

  /** New members get the chat as a new one does, and only then hear who joined it. */
  private async welcome(joining: DomainEventMap['member.added']): Promise<void> {
    const { chatId, recipientIds } = joining;
    try {
      const membership = await this.members.find(chatId, recipientIds[0] as string);
      const chat = membership && (await this.reader.shared(membership.userId, membership));
      if (!chat) return;
      // One view for all of them: what one who comes back may still read is not the others' to see.
      const lastMessage = recipientIds.length === 1 ? chat.lastMessage : null;
      this.events.publish('chat.created', { chat: { ...chat, lastMessage }, recipientIds });
      this.events.publish('member.added', joining);
    } catch (error) {
      this.logger.warn(`new members of ${chatId} not told: ${String(error)}`);
    }
  }
}
