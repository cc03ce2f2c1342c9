import { Injectable } from '@nestjs/common';

import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { ChatCards } from './chat-cards.service.js';
import type { Membership } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import type { ChatView } from './chat.view.js';
import { isGone, isListed } from './membership.js';
import { Memberships } from './memberships.service.js';

/** The list of somebody's chats. */
@Injectable()
export class ChatList {
  constructor(
    private readonly memberships: Memberships,
    private readonly cards: ChatCards,
    private readonly reader: ChatReader,
  ) {}

  /** The user's chats, pinned ones first, each part by latest activity; in a few queries whatever their number. */
  async page(userId: string, query: PageQueryDto): Promise<Page<ChatView>> {
    const known = this.memberships.known(userId);
    // Memberships seldom change: begun on those of last time, and again if they turn out to be others.
    const [memberships, page] = await Promise.all([
      this.memberships.of(userId),
      known && this.pageOf(userId, known, query),
    ]);
    return page && memberships === known ? page : this.pageOf(userId, memberships, query);
  }

  private async pageOf(
    userId: string,
    memberships: readonly Membership[],
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<ChatView>> {
    const after = cursor === undefined ? null : positionOf(cursor);
    const places = await this.placesBehind(after, memberships);
    const page = places.slice(0, limit);
    const views = await this.reader.views(
      userId,
      page.map(({ membership }) => membership),
    );
    const byId = new Map(page.map((place) => [place.chatId, place]));
    const last = places.length > limit ? page.at(-1) : undefined;
    return {
      items: views
        .filter((view) => isListed(byId.get(view.id)?.membership, view))
        .map((view) => ({ view, place: exactPlaceOf(view, byId.get(view.id)) }))
        .toSorted((a, b) => compare(a.place, b.place))
        .map(({ view }) => view),
      nextCursor: last ? encodeCursor([Number(last.isPinned), last.activityMs, last.chatId]) : null,
    };
  }

  /** All chats of which there is something to read, those too that the user has left. */
  async readableIds(userId: string): Promise<string[]> {
    const memberships = await this.memberships.of(userId);
    return memberships.filter((membership) => !isGone(membership)).map(({ chatId }) => chatId);
  }

  /** Where the user's chats stand in the list, in its order. */
  private async placesBehind(
    after: Place | null,
    memberships: readonly Membership[],
  ): Promise<ListedPlace[]> {
    const readable = memberships.filter((membership) => !isGone(membership));
    const cards = await this.cards.find(readable.map(({ chatId }) => chatId));
    const places: ListedPlace[] = [];
    for (const membership of readable) {
      const { chatId, isPinned = false } = membership;
      const card = cards.get(chatId);
      if (!card) continue;
      const place = { isPinned, activityMs: card.activityMs, chatId, membership };
      if (after === null || compare(after, place) < 0) places.push(place);
    }
    return places.toSorted(compare);
  }
}

/** What the list is ordered by, first to last. */
interface Place {
  isPinned: boolean;
  activityMs: number;
  chatId: string;
}

interface ListedPlace extends Place {
  membership: Membership;
}

function compare(a: Place, b: Place): number {
  if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1;
  if (a.activityMs !== b.activityMs) return b.activityMs - a.activityMs;
  if (a.chatId !== b.chatId) return a.chatId < b.chatId ? 1 : -1;
  return 0;
}

function positionOf(cursor: string): Place {
  const [isPinned, activityMs, chatId] = decodeCursor(cursor, ['number', 'number', 'id']);
  return { isPinned: isPinned === 1, activityMs: Number(activityMs), chatId: String(chatId) };
}

/**
 * Within a page chats stand exactly by their last message, behind which the stored order lags by a moment. Of a
 * chat that the user has left only what they may see counts.
 */
function exactPlaceOf({ id, lastMessage, createdAt, me }: ChatView, place: ListedPlace | undefined): Place {
  const lastMs = Date.parse(lastMessage?.createdAt ?? createdAt);
  const storedMs = place?.membership.isActive ? place.activityMs : 0;
  return { isPinned: me?.pinned ?? false, activityMs: Math.max(storedMs, lastMs), chatId: id };
}
