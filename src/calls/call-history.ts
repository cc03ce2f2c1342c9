import { Injectable } from '@nestjs/common';

import { decodeCursor, DEFAULT_PAGE, encodeCursor } from '../common/pagination/cursor.js';
import { CallFinder } from './call-finder.js';
import { shownAs } from './call.row.js';
import { type CallPageView, type CallView, toOwnCallView } from './call.view.js';
import { CallsRepository } from './calls.repository.js';
import type { ListCallsDto } from './dto/list-calls.dto.js';

/** Calls to look back on, and the live ones for who comes back. */
@Injectable()
export class CallHistory {
  constructor(
    private readonly calls: CallsRepository,
    private readonly finder: CallFinder,
  ) {}

  async list(userId: string, { state, cursor, limit = DEFAULT_PAGE }: ListCallsDto): Promise<CallPageView> {
    const after = cursor === undefined ? null : positionOf(cursor);
    const key = state === undefined ? userId : shownAs(userId, state);
    const found = await this.calls.findShown(key, { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((call) => toOwnCallView(call, userId)),
      nextCursor: last ? encodeCursor([last.createdAt.getTime(), last.id]) : null,
    };
  }

  async get(userId: string, callId: string): Promise<CallView> {
    return toOwnCallView(await this.finder.get(userId, { callId }), userId);
  }

  /** Live calls of these chats, the user's own and those of groups that they may still join. */
  async live(userId: string, chatIds: readonly string[]): Promise<CallView[]> {
    const calls = await this.finder.findLive(userId, chatIds);
    return calls.map((call) => toOwnCallView(call, userId));
  }
}

function positionOf(cursor: string): { createdAt: Date; id: string } {
  const [at, id] = decodeCursor(cursor, ['number', 'id']);
  return { createdAt: new Date(Number(at)), id: String(id) };
}
