import { Injectable } from '@nestjs/common';

import { AppError, ConflictError, ForbiddenError, NotFoundError } from '../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { UsersService } from '../users/users.service.js';
import { ChatAccess } from './chat-access.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { type ChatMemberView, toNotAdded } from './chat.view.js';
import { GroupChanges } from './group-changes.js';
import { GroupConsent } from './group-consent.js';
import { assertMayAdd } from './group-rules.js';
import { ChatLog } from './log/chat-log.service.js';
import type { ChatRole, ChatState } from './log/chat-state.js';
import { Newcomers } from './newcomers.js';
import { ChatPreferences } from './preferences.service.js';
import { readSeqFor } from './receipts/chat-receipts.schema.js';
import { ChatReceiptsRepository } from './receipts/chat-receipts.repository.js';

/** Who is in a group, and as what. */
@Injectable()
export class MembersService {
  constructor(
    private readonly access: ChatAccess,
    private readonly members: ChatMembersRepository,
    private readonly chatLog: ChatLog,
    private readonly receipts: ChatReceiptsRepository,
    private readonly users: UsersService,
    private readonly consent: GroupConsent,
    private readonly changes: GroupChanges,
    private readonly newcomers: Newcomers,
    private readonly preferences: ChatPreferences,
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

  /**
   * Members add, or admins alone where the group has it so. Those who are in already stay as they are,
   * those whose privacy does not admit it are left out and named.
   */
  async add(
    userId: string,
    chatId: string,
    userIds: string[],
  ): Promise<{ added: string[]; notAdded: string[] }> {
    const known = await this.access.assertMember(userId, chatId);
    await this.users.assertAllExist(userIds);
    const strangers = userIds.filter((id) => !known.has(id));
    const admitting = await this.consent.admitting(userId, strangers);
    const notAdded = strangers.filter((id) => !admitting.has(id));
    const admission = this.newcomers.admit({
      chatId,
      byId: userId,
      userIds: userIds.filter((id) => !notAdded.includes(id)),
      assert: (state) => assertMayAdd(state, userId),
    });
    const added = await this.access.guarded(userId, chatId, admission);
    if (added.length === 0 && notAdded.length > 0) throw new NobodyAddedError(notAdded);
    return { added, notAdded };
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
    await this.preferences.deleted({ chatId, userId }, upToSeq);
    this.events.publish('chat.removed', { chatId, userId });
  }

  /** The owner makes admins and members of people, or hands the group over. */
  async changeRole(userId: string, chatId: string, memberId: string, role: ChatRole): Promise<void> {
    await this.changes.append(userId, {
      chatId,
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
    await this.changes.append(userId, {
      chatId,
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
}

/** None of the people named lets the user add them. */
class NobodyAddedError extends AppError {
  constructor(notAdded: string[]) {
    super('FORBIDDEN', 'They do not let you add them to groups: send them an invite instead', {
      notAdded: toNotAdded(notAdded),
    });
  }
}
