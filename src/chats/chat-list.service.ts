import { Injectable } from '@nestjs/common';

import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { ChatMembersRepository, type Membership } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import type { ChatView } from './chat.view.js';
import { type ChatListPosition, type ChatRecord, ChatsRepository } from './chats.repository.js';
import { ChatWatermarks } from './log/chat-watermarks.js';
import { isGone, isListed } from './membership.js';

/** The list of somebody's chats. */
@Injectable()
export class ChatList {
  constructor(
    private readonly chats: ChatsRepository,
    private readonly watermarks: ChatWatermarks,
    private readonly members: ChatMembersRepository,
    private readonly reader: ChatReader,
  ) {}

  /** The user's chats, pinned ones first, each part by latest activity; in six queries whatever their number. */
  async page(userId: string, { cursor, limit = DEFAULT_PAGE }: PageQueryDto): Promise<Page<ChatView>> {
    const memberships = new Map<string, Membership>();
    for (const membership of await this.members.findByUser(userId)) {
      if (!isGone(membership)) memberships.set(membership.chatId, membership);
    }
    await this.watermarks.catchUp([...memberships.keys()]);
    const after = cursor === undefined ? null : positionOf(cursor);
    const records = await this.findPage([...memberships.values()], after, limit + 1);
    const page = records.slice(0, limit);
    const views = await this.reader.viewsOf(
      userId,
      page.map(({ id }) => memberships.get(id) as Membership),
      page,
    );
    const present = page.filter(({ id }) => memberships.get(id)?.isActive);
    const last = records.length > limit ? page.at(-1) : undefined;
    const isPinned = last && memberships.get(last.id)?.isPinned ? 1 : 0;
    return {
      items: views.filter((view) => isListed(memberships.get(view.id), view)).toSorted(inOrderOf(present)),
      nextCursor: last ? encodeCursor([isPinned, last.lastActivityAt.getTime(), last.id]) : null,
    };
  }

  /** All chats of which there is something to read, those too that the user has left. */
  async readableIds(userId: string): Promise<string[]> {
    const memberships = await this.members.findByUser(userId);
    return memberships.filter((membership) => !isGone(membership)).map(({ chatId }) => chatId);
  }

  private async findPage(memberships: Membership[], after: ListPosition | null, limit: number) {
    const idsOf = (isPinned: boolean) =>
      memberships.filter((one) => (one.isPinned ?? false) === isPinned).map(({ chatId }) => chatId);
    const pinned = idsOf(true);
    const first =
      pinned.length > 0 && (!after || after.isPinned)
        ? await this.chats.findPageByActivity(pinned, after, limit)
        : [];
    if (first.length === limit) return first;
    const afterRest = after?.isPinned ? null : after;
    return [
      ...first,
      ...(await this.chats.findPageByActivity(idsOf(false), afterRest, limit - first.length)),
    ];
  }
}

interface ListPosition extends ChatListPosition {
  isPinned: boolean;
}

function positionOf(cursor: string): ListPosition {
  const [isPinned, at, chatId] = decodeCursor(cursor, ['number', 'number', 'id']);
  return { isPinned: isPinned === 1, lastActivityAt: new Date(Number(at)), chatId: String(chatId) };
}

/**
 * As the page is ordered, and exact to the last message, behind which `lastActivityAt` lags by a moment. Of a
 * chat that the user has left only what they may see counts.
 */
function inOrderOf(present: ChatRecord[]): (a: ChatView, b: ChatView) => number {
  const stored = new Map(present.map(({ id, lastActivityAt }) => [id, lastActivityAt.toISOString()]));
  const activityOf = ({ id, lastMessage, createdAt }: ChatView): string => {
    const [known, last] = [stored.get(id) ?? '', lastMessage?.createdAt ?? createdAt];
    return known > last ? known : last;
  };
  const rank = (view: ChatView) => Number(view.me?.pinned ?? false);
  return (a, b) =>
    rank(b) - rank(a) || activityOf(b).localeCompare(activityOf(a)) || b.id.localeCompare(a.id);
}
