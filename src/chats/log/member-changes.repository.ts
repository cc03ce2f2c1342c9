import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import { newObjectId } from '../../database/object-id.js';
import { ChatMember, COUNTED, type MemberSpan } from '../chat-member.schema.js';
import type { ChatLogRow } from './chat-log.schema.js';
import type { ChatRole, ChatType } from './chat-state.js';

/** Who comes and goes more often keeps what they saw of the last times: a membership must not grow without end. */
export const MAX_SPANS = 100;

/** What the log says of who comes, goes and rises, in the memberships that are read. */
@Injectable()
export class MemberChangesRepository {
  constructor(@InjectModel(ChatMember.name) private readonly model: Model<ChatMember>) {}

  /** Works one log row into the memberships it concerns; doing it twice changes nothing. */
  async project(row: ChatLogRow, chatType: ChatType): Promise<void> {
    if (row.kind === 'created' || row.kind === 'members_added') await this.projectAdded(row, chatType);
    else if (row.kind === 'member_role') await this.projectRoles(row);
    else if (row.kind === 'member_removed') await this.projectRemoved(row);
  }

  private async projectAdded(row: ChatLogRow, chatType: ChatType): Promise<void> {
    const members = row.members ?? [];
    const seq = row.seq ?? (row.lastSeq ?? 0) + 1;
    const open = { toSeq: null, toRev: null };
    const all: MemberSpan = { fromSeq: 1, unreadFromSeq: seq, ...open };
    const fromNow: MemberSpan = { fromSeq: seq, ...open };
    const writes = members.map(({ userId, role }) => {
      const partnerId =
        chatType === 'direct' ? members.find((other) => !other.userId.equals(userId)) : undefined;
      return {
        updateOne: {
          filter: { chatId: row.chatId, userId, rev: { $lt: row.rev } },
          update: {
            $set: {
              role,
              isActive: true,
              joinedAt: row.createdAt,
              rev: row.rev,
              wasRemoved: false,
              ...(row.hasHistory && { spans: [all] }),
            },
            ...(!row.hasHistory && { $push: { spans: { $each: [fromNow], $slice: -MAX_SPANS } } }),
            $inc: COUNTED,
            $setOnInsert: {
              _id: newObjectId(),
              hasStarred: false,
              ...(partnerId && { partnerId: partnerId.userId }),
            },
          },
          upsert: true,
        },
      };
    });
    try {
      await this.model.bulkWrite(writes, { ordered: false });
    } catch (error) {
      // A membership that is already at this row or past it does not match, and its insert is refused.
      if (!duplicateKeyOf(error)) throw error;
    }
  }

  private async projectRoles(row: ChatLogRow): Promise<void> {
    for (const { userId, role } of row.members ?? []) await this.setRole(row, userId, role);
  }

  private async projectRemoved(row: ChatLogRow): Promise<void> {
    const wasRemoved = row.removedId?.equals(row.senderId) === false;
    const end = { 'spans.$[open].toSeq': row.lastSeq ?? 0, 'spans.$[open].toRev': row.rev };
    await this.model.updateOne(
      { chatId: row.chatId, userId: row.removedId, rev: { $lt: row.rev } },
      { $set: { role: 'member', isActive: false, rev: row.rev, wasRemoved, ...end }, $inc: COUNTED },
      { arrayFilters: [{ 'open.toSeq': null }] },
    );
    if (row.newOwnerId) await this.setRole(row, row.newOwnerId, 'owner');
  }

  private async setRole(row: ChatLogRow, userId: Types.ObjectId, role: ChatRole): Promise<void> {
    await this.model.updateOne(
      { chatId: row.chatId, userId, rev: { $lt: row.rev } },
      { $set: { role, rev: row.rev }, $inc: COUNTED },
    );
  }
}
