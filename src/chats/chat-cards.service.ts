import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { DomainEvents } from '../events/domain-events.js';
import { type ChatHead, ChatHeads } from './chat-heads.service.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { type ListedMember, MAX_LISTED_MEMBERS, toListed } from './chat-rosters.service.js';
import { type ChatRecord, ChatsRepository } from './chats.repository.js';
import { ChatWatermarks } from './log/chat-watermarks.js';

/** Chats and listed members that are remembered: some 200 bytes each. */
const MAX_REMEMBERED = 100_000;
/** As `DirectGate`: bounds how long the place in lists lags, should an event of another node be lost. */
const TTL_MS = 60_000;

/** Who and what a chat is. */
export interface ChatCard {
  readonly record: ChatRecord;
  /** Its members of today, none of a large group; `null` until a view wants them. */
  listed: readonly ListedMember[] | null;
  /** What has changed up to this `rev` is in it. */
  rev: number;
  /** For the order of lists. */
  activityMs: number;
}

/**
 * What is remembered of chats so that lists need not read them again. Who and what a chat is follows from its
 * log, so a card is right as long as its log has no change of that behind the card's `rev`: asked of the log
 * itself, whichever node has written there. Only the place in lists comes by event.
 */
@Injectable()
export class ChatCards implements OnModuleInit {
  private readonly cards = new LRUCache<string, ChatCard>({
    maxSize: MAX_REMEMBERED,
    sizeCalculation: ({ listed }) => 2 + (listed?.length ?? 0),
    ttl: TTL_MS,
  });
  /** For each reading under way, what moved meanwhile. */
  private readonly readings = new Set<Map<string, number>>();

  constructor(
    private readonly chats: ChatsRepository,
    private readonly members: ChatMembersRepository,
    private readonly heads: ChatHeads,
    private readonly watermarks: ChatWatermarks,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.onAnywhere('chats.moved', ({ chats }) => {
      for (const { chatId, lastActivityAt } of chats)
        if (lastActivityAt) this.moved(chatId, lastActivityAt.getTime());
    });
    this.events.onGap(() => this.cards.clear());
  }

  /** By chat id, as they were at some moment: for what may lag, and what is the same for good. */
  async find(chatIds: readonly string[]): Promise<Map<string, ChatCard>> {
    const found = new Map<string, ChatCard>();
    const missing = chatIds.filter((chatId) => {
      const card = this.cards.get(chatId);
      if (card) found.set(chatId, card);
      return !card;
    });
    if (missing.length > 0) for (const card of await this.read(missing)) found.set(card.record.id, card);
    return found;
  }

  /**
   * By chat id, with all that changed up to these heads, and with the members. One query where a chat has moved
   * since it was looked at last, none where not; one more for what has changed.
   */
  async upTo(heads: ReadonlyMap<string, ChatHead>): Promise<Map<string, ChatCard>> {
    const cards = await this.find([...heads.keys()]);
    const behind = [...cards.values()].filter(({ record, rev }) => rev < (heads.get(record.id)?.rev ?? 0));
    const changed = await this.heads.changedSince(
      behind.map(({ record, rev }) => ({ chatId: record.id, rev })),
    );
    for (const card of behind) if (!changed.has(card.record.id)) raise(card, heads);
    if (changed.size > 0)
      for (const card of await this.readAgain([...changed], heads)) cards.set(card.record.id, card);
    await this.list([...cards.values()].filter(({ listed }) => listed === null));
    return cards;
  }

  /** A server that was killed may have left a change behind, in the log alone. */
  private async readAgain(chatIds: string[], heads: ReadonlyMap<string, ChatHead>): Promise<ChatCard[]> {
    const cards = await this.read(chatIds);
    const isRepaired = await this.heads.repaired(
      cards.map(({ record }) => record),
      heads,
    );
    const fresh = isRepaired ? await this.read(chatIds) : cards;
    for (const card of fresh) raise(card, heads);
    return fresh;
  }

  private async read(chatIds: string[]): Promise<ChatCard[]> {
    const movedMeanwhile = new Map<string, number>();
    this.readings.add(movedMeanwhile);
    try {
      // What is held back here would be missing from the records.
      await this.watermarks.catchUp(chatIds);
      const records = await this.chats.findByIds(chatIds);
      return records.map((record) => {
        const { id, projectedRev: rev, lastActivityAt } = record;
        const activityMs = Math.max(lastActivityAt.getTime(), movedMeanwhile.get(id) ?? 0);
        const card: ChatCard = { record, listed: null, rev, activityMs };
        this.cards.set(id, card);
        return card;
      });
    } finally {
      this.readings.delete(movedMeanwhile);
    }
  }

  /** After the records: the members are then at least as new as them. */
  private async list(cards: ChatCard[]): Promise<void> {
    const small = cards.filter(({ record }) => record.memberCount <= MAX_LISTED_MEMBERS);
    if (small.length === 0) return;
    const active = await this.members.findActive(
      small.map(({ record }) => record.id),
      MAX_LISTED_MEMBERS,
    );
    for (const card of small) {
      card.listed = (active.get(card.record.id) ?? []).map(toListed);
      // Anew, for its size.
      if (this.cards.peek(card.record.id) === card) this.cards.set(card.record.id, card);
    }
  }

  private moved(chatId: string, activityMs: number): void {
    const card = this.cards.peek(chatId);
    if (card) card.activityMs = Math.max(card.activityMs, activityMs);
    for (const movedMeanwhile of this.readings) movedMeanwhile.set(chatId, activityMs);
  }
}

/** Others may have raised it further meanwhile. */
function raise(card: ChatCard, heads: ReadonlyMap<string, ChatHead>): void {
  card.rev = Math.max(card.rev, heads.get(card.record.id)?.rev ?? 0);
}
