import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import type { Membership } from '../chats/chat-members.repository.js';
import { Memberships } from '../chats/memberships.service.js';
import { isGone } from '../chats/membership.js';
import { ValidationError } from '../common/errors/app-error.js';
import { decodeCursor, DEFAULT_PAGE, encodeCursor } from '../common/pagination/cursor.js';
import { MessageMarks } from '../messages/marks/message-marks.service.js';
import type { SearchMessagesDto } from './dto/search-messages.dto.js';
import { SearchIndexer } from './search-indexer.service.js';
import { TOP_SCORE } from './search-match.js';
import { parseQuery, type SearchQuery } from './search-query.js';
import { type Ranked, SearchRanking } from './search-ranking.service.js';
import { SearchScopes } from './search-scopes.service.js';
import { type SearchWindow, SearchWindows } from './search-window.service.js';
import type { FoundMessageView, SearchPageView } from './search.view.js';

/** Rows that a search works into the index before it looks; what is left is the background's. */
const CATCH_UP_ROWS = 2000;
/** Windows that one answer looks through for a page that is full. */
const WINDOWS_PER_ANSWER = 3;

/** Where an answer broke off: in the window of what was made before `beforeId`, behind this one of its ranking. */
interface Position {
  beforeId: string;
  score: number;
  id: string;
}

/** Searching one's own messages: candidates by the index, the answer by the messages themselves. */
@Injectable()
export class SearchService {
  constructor(
    private readonly access: ChatAccess,
    private readonly memberships: Memberships,
    private readonly marks: MessageMarks,
    private readonly indexer: SearchIndexer,
    private readonly scopes: SearchScopes,
    private readonly windows: SearchWindows,
    private readonly ranking: SearchRanking,
  ) {}

  async search(userId: string, dto: SearchMessagesDto): Promise<SearchPageView> {
    const query = parseQuery(dto.q);
    if (!query) throw ValidationError.of('q', 'hasWord', 'q must have a letter, a digit or an emoji');
    const position = dto.cursor === undefined ? null : positionOf(dto.cursor);
    const memberships = await this.membershipsOf(userId, dto.chatId);
    const late = position ? [] : await this.indexer.catchUp([...memberships.keys()], CATCH_UP_ROWS);
    const page = await this.page(memberships, query, position, dto);
    await this.marks.addStars(userId, page.items);
    return late.length > 0 ? Object.assign(page, { incomplete: true as const }) : page;
  }

  /** By chat id; those too that the user has left and still reads. */
  private async membershipsOf(userId: string, chatId: string | undefined): Promise<Map<string, Membership>> {
    const memberships =
      chatId === undefined
        ? (await this.memberships.of(userId)).filter((membership) => !isGone(membership))
        : [await this.access.assertReader(userId, chatId)];
    return new Map(memberships.map((membership) => [membership.chatId, membership]));
  }

  private async page(
    memberships: ReadonlyMap<string, Membership>,
    query: SearchQuery,
    position: Position | null,
    { senderId, limit = DEFAULT_PAGE }: SearchMessagesDto,
  ): Promise<SearchPageView> {
    const scopes = await this.scopes.of([...memberships.values()]);
    const terms = await this.windows.plan(scopes, query, senderId);
    const items: FoundMessageView[] = [];
    let at = position;
    for (let count = 0; count < WINDOWS_PER_ANSWER; count += 1) {
      const window: SearchWindow = await this.windows.find(scopes, terms, at?.beforeId ?? null);
      const beforeId = at?.beforeId ?? justAfter(window);
      const ranked = (await this.ranking.rank(memberships, query, window.hits)).filter((one) =>
        isBehind(one, at),
      );
      const fitting = ranked.slice(0, limit - items.length);
      items.push(...fitting.map(({ message }) => message));
      const last = fitting.at(-1);
      if (last && fitting.length < ranked.length)
        return { items, nextCursor: encodeCursor([beforeId, last.score, last.message.id]) };
      if (window.nextBeforeId === null) return { items, nextCursor: null };
      at = startOf(window.nextBeforeId);
      if (items.length === limit) break;
    }
    return { items, nextCursor: at && encodeCursor([at.beforeId, at.score, at.id]) };
  }
}

function isBehind({ score, message }: Ranked, at: Position | null): boolean {
  return !at || score < at.score || (score === at.score && message.id < at.id);
}

/** Before the best of what was made before this one. */
function startOf(beforeId: string): Position {
  return { beforeId, score: TOP_SCORE + 1, id: beforeId };
}

/** Keeps what is sent between two pages out of the window that they share. */
function justAfter({ hits }: SearchWindow): string {
  const newest = BigInt(`0x${hits[0]?.id ?? '0'}`);
  return (newest + 1n).toString(16).padStart(24, '0');
}

function positionOf(cursor: string): Position {
  const [beforeId, score, id] = decodeCursor(cursor, ['id', 'number', 'id']);
  return { beforeId: String(beforeId), score: Number(score), id: String(id) };
}
