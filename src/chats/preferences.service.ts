import { Injectable } from '@nestjs/common';

import { ValidationError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import { UsersService } from '../users/users.service.js';
import { ChatAccess } from './chat-access.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import type { UpdateChatMeDto } from './dto/update-chat-me.dto.js';
import { GoneStars } from './gone-stars.service.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import { isGone } from './membership.js';
import { Memberships } from './memberships.service.js';
import { type PreferenceChange, PreferencesRepository, type Seat } from './preferences.repository.js';
import { type ChatPreferencesView, hasPreferences, toPreferences } from './preferences.view.js';
import { ChatReceiptsRepository } from './receipts/chat-receipts.repository.js';

/**
 * What users set for themselves in a chat: nobody else hears of it. Stored first, then the `me` rev moves,
 * then the user's own devices are told; each step may be repeated.
 */
@Injectable()
export class ChatPreferences {
  constructor(
    private readonly access: ChatAccess,
    private readonly members: ChatMembersRepository,
    private readonly memberships: Memberships,
    private readonly preferences: PreferencesRepository,
    private readonly log: ChatLogRepository,
    private readonly receipts: ChatReceiptsRepository,
    private readonly stars: GoneStars,
    private readonly users: UsersService,
    private readonly events: DomainEvents,
  ) {}

  /** Also for who has left: the past is theirs to keep in order. */
  async update(userId: string, chatId: string, dto: UpdateChatMeDto): Promise<void> {
    await this.access.assertReader(userId, chatId);
    const change = toChange(dto);
    if (Object.keys(change).length === 0) return;
    await this.preferences.set({ chatId, userId }, change);
    await this.changed({ chatId, userId });
  }

  /** Empties the chat for the user as it is now. */
  async clear(userId: string, chatId: string): Promise<void> {
    const { isActive, spans } = await this.access.assertReader(userId, chatId);
    const last = isActive ? await this.log.findLast(chatId) : null;
    const upToSeq = isActive ? (last?.seq ?? last?.lastSeq ?? 0) : (spans.at(-1)?.toSeq ?? 0);
    await this.preferences.clear({ chatId, userId }, upToSeq);
    await this.stars.drop({ chatId, userId }, upToSeq);
    await this.changed({ chatId, userId });
  }

  /** For members alone, as only they can read and so end it. */
  async markUnread(userId: string, chatId: string): Promise<void> {
    await this.access.assertMember(userId, chatId);
    const readSeq = (await this.readSeqs(userId, [chatId])).get(chatId) ?? 0;
    await this.preferences.markUnread({ chatId, userId }, readSeq);
    await this.changed({ chatId, userId });
  }

  /** The members have read again what they had read: their marks end. A reading further ends them by itself. */
  async readAgain(seats: Seat[]): Promise<void> {
    for (const seat of await this.preferences.findMarked(seats)) {
      if (await this.preferences.unmark(seat)) await this.changed(seat);
    }
  }

  /** After the user has deleted a chat on one device: the others find it by their sync. */
  async deleted({ chatId, userId }: Seat, upToSeq: number): Promise<void> {
    await this.stars.drop({ chatId, userId }, upToSeq);
    await this.users.bumpRev(userId);
  }

  /** Of all chats of which anything is set; by chat id. */
  async list(userId: string): Promise<ChatPreferencesView[]> {
    const memberships = (await this.memberships.of(userId)).filter((one) => !isGone(one));
    const marked = memberships.filter(({ unreadMark }) => unreadMark !== undefined);
    const readSeqs = await this.readSeqs(
      userId,
      marked.map(({ chatId }) => chatId),
    );
    return memberships
      .map((membership) => toPreferences(membership, readSeqs.get(membership.chatId) ?? 0))
      .filter(hasPreferences);
  }

  private async changed({ chatId, userId }: Seat): Promise<void> {
    await this.users.bumpRev(userId);
    const [membership, readSeqs] = await Promise.all([
      this.members.find(chatId, userId),
      this.readSeqs(userId, [chatId]),
    ]);
    if (!membership) return;
    const preferences = toPreferences(membership, readSeqs.get(chatId) ?? 0);
    this.events.publish('chat.preferences', { userId, preferences });
  }

  private async readSeqs(userId: string, chatIds: string[]): Promise<Map<string, number>> {
    if (chatIds.length === 0) return new Map();
    const found = await this.receipts.findByChatsForUser(chatIds, userId);
    return new Map([...found].map(([chatId, { marks }]) => [chatId, marks[userId]?.readSeq ?? 0]));
  }
}

function toChange({ mutedUntil, archived, pinned }: UpdateChatMeDto): PreferenceChange {
  return {
    ...(mutedUntil !== undefined && { mutedUntil: mutedUntil === null ? null : momentOf(mutedUntil) }),
    ...(archived !== undefined && { isArchived: archived }),
    ...(pinned !== undefined && { isPinned: pinned }),
  };
}

/** ISO 8601 knows weeks and days of the year, of which no clock here makes a moment. */
function momentOf(text: string): Date {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) {
    throw ValidationError.of(
      'mutedUntil',
      'isIso8601',
      'mutedUntil must be a moment like 2026-11-23T10:00:00Z',
    );
  }
  return moment;
}
