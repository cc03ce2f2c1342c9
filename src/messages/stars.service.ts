import { Injectable } from '@nestjs/common';

import { ChatMembersRepository } from '../chats/chat-members.repository.js';
import { isExpired } from '../chats/log/expiry.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { lastVisibleRev, sees } from '../chats/membership.js';
import { Clock } from '../common/clock.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { toObjectId } from '../database/object-id.js';
import { MessageMarks } from './marks/message-marks.service.js';
import { MessageAccess } from './message-access.js';
import { type MessageView, toMessageView } from './message.view.js';

/** Messages that somebody wants to find again. Nobody else learns of it. */
@Injectable()
export class StarsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly marks: MessageMarks,
    private readonly messages: MessageChangesRepository,
    private readonly members: ChatMembersRepository,
    private readonly past: MessagePast,
    private readonly clock: Clock,
  ) {}

  async star(userId: string, messageId: string): Promise<MessageView> {
    const { row, membership } = await this.access.getVisible(userId, messageId);
    this.access.assertAlive(row);
    const { chatId } = membership;
    if (!membership.hasStarred) await this.members.noteStars(chatId, userId);
    await this.marks.set({ userId, messageId }, chatId, 'starredAt');
    return starred(toMessageView(row));
  }

  /** One's own star always, also where the message is out of sight by now. */
  async unstar(userId: string, messageId: string): Promise<MessageView> {
    const isStarred = await this.marks.isStarred({ userId, messageId });
    const { row } = isStarred
      ? await this.access.getEverVisible(userId, messageId)
      : await this.access.getVisible(userId, messageId);
    await this.marks.unset({ userId, messageId }, 'starredAt');
    return toMessageView(row);
  }

  /** The latest star first, without what is deleted, expired or out of reach by now: pages may come short. */
  async list(userId: string, { cursor, limit = DEFAULT_PAGE }: PageQueryDto): Promise<Page<MessageView>> {
    const after = cursor === undefined ? null : positionOf(cursor);
    const found = await this.marks.starred(userId, after, limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: await this.readable(
        userId,
        page.map(({ messageId }) => messageId),
      ),
      nextCursor: last ? encodeCursor([last.starredAt.getTime(), last.messageId]) : null,
    };
  }

  private async readable(userId: string, messageIds: string[]): Promise<MessageView[]> {
    const rows = await this.messages.findMessages(messageIds.map(toObjectId));
    const chatIds = [...new Set(rows.map(({ chatId }) => chatId.toHexString()))];
    const found = await this.members.findAmong(userId, chatIds);
    const memberships = new Map(found.map((membership) => [membership.chatId, membership]));
    const nowMs = this.clock.nowMs();
    const visible = rows.flatMap((row) => {
      const membership = memberships.get(row.chatId.toHexString());
      if (!membership || row.deletedAt || isExpired(row, nowMs) || !sees(membership, row.seq ?? 0)) return [];
      return [{ row, toRev: lastVisibleRev(membership) }];
    });
    const views = (await this.past.at(visible)).map(toMessageView);
    const byId = new Map(views.map((view) => [view.id, view]));
    return messageIds.flatMap((id) => {
      const view = byId.get(id);
      return view ? [starred(view)] : [];
    });
  }
}

function starred(view: MessageView): MessageView {
  view.starred = true;
  return view;
}

function positionOf(cursor: string): { starredAt: Date; messageId: string } {
  const [at, messageId] = decodeCursor(cursor, ['number', 'id']);
  return { starredAt: new Date(Number(at)), messageId: String(messageId) };
}
