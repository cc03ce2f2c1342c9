import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ConflictError, ValidationError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { UsersService } from '../users/users.service.js';
import { ChatAccess } from './chat-access.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { ChatReader, newChatView } from './chat-reader.service.js';
import type { ChatView } from './chat.view.js';
import { type ChatRecord, ChatsRepository, type NewChat } from './chats.repository.js';
import type { CreateChatDto } from './dto/create-chat.dto.js';
import { DirectGate } from './direct-gate.js';
import { GroupChanges } from './group-changes.js';
import { GroupConsent } from './group-consent.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import { ChatLog } from './log/chat-log.service.js';
import type { ChatRole } from './log/chat-state.js';

const DAY_MS = 86_400_000;

/** Finding and creating chats. */
@Injectable()
export class ChatsService {
  constructor(
    private readonly access: ChatAccess,
    private readonly chats: ChatsRepository,
    private readonly members: ChatMembersRepository,
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly reader: ChatReader,
    private readonly users: UsersService,
    private readonly gate: DirectGate,
    private readonly consent: GroupConsent,
    private readonly changes: GroupChanges,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  async get(userId: string, chatId: string): Promise<ChatView> {
    const membership = await this.access.assertReader(userId, chatId);
    const [view] = await this.reader.views(userId, [membership]);
    return view as ChatView; // a membership has its chat
  }

  /** A direct chat (the one of the pair, if it exists) or a new group. */
  async create(
    userId: string,
    dto: CreateChatDto,
    key?: string,
  ): Promise<{ chat: ChatView; isNew: boolean }> {
    return dto.type === 'direct' ? this.openDirect(userId, dto) : this.createGroup(userId, dto, key);
  }

  private async openDirect(userId: string, dto: CreateChatDto): Promise<{ chat: ChatView; isNew: boolean }> {
    const partnerId = dto.userId as string; // required by the DTO for this type
    refuseField(dto, 'title', 'direct');
    refuseField(dto, 'memberIds', 'direct');
    if (partnerId === userId) throw ValidationError.of('userId', 'isOther', 'userId must be somebody else');
    await this.users.assertAllExist([partnerId]);
    return this.directWith(userId, partnerId, await this.gate.mayStart(userId, partnerId));
  }

  /**
   * The chat of these two, who exist, made if there is none; `isShown`: whether a new one appears at the
   * partner's at once, or only with its first message.
   */
  async directWith(
    userId: string,
    partnerId: string,
    isShown: boolean,
  ): Promise<{ chat: ChatView; isNew: boolean }> {
    const directKey = [userId, partnerId].toSorted().join(':');
    const roster: [string, ChatRole][] = [
      [userId, 'member'],
      [partnerId, 'member'],
    ];
    const chat: NewChat = { type: 'direct', createdBy: userId, createdAt: this.clock.now(), directKey };
    const opened = await this.insert(chat, roster, isShown ? null : partnerId);
    if (!opened.isNew) await this.members.unhideEmpty([opened.chat.id], userId);
    return opened;
  }

  private async createGroup(userId: string, dto: CreateChatDto, key?: string) {
    refuseField(dto, 'userId', 'group');
    const others = (dto.memberIds ?? []).filter((id) => id !== userId);
    await this.users.assertAllExist(others);
    const creationKey = key && `${userId}:${key}`;
    const isRetry = creationKey !== undefined && (await this.chats.hasCreationKey(creationKey));
    if (!isRetry) await this.consent.assertMayAdd(userId, others);
    const now = this.clock.now();
    if (creationKey) await this.chats.releaseCreationKey(creationKey, new Date(now.getTime() - DAY_MS));
    const roster: [string, ChatRole][] = [
      [userId, 'owner'],
      ...others.map((id): [string, ChatRole] => [id, 'member']),
    ];
    const { title } = dto;
    return this.insert({ type: 'group', createdBy: userId, createdAt: now, title, creationKey }, roster);
  }

  /**
   * The chat's fixed part first: its unique keys decide who creates. The first row of its log then makes
   * it real, once, also when two create it together or the first of them crashed in between.
   * `hiddenFrom` is not told, and finds it on their list with its first message.
   */
  private async insert(
    chat: NewChat,
    roster: [string, ChatRole][],
    hiddenFrom: string | null = null,
  ): Promise<{ chat: ChatView; isNew: boolean }> {
    const { chat: record, isNew } = await this.chats.insertOrFind(chat);
    if (!isNew && chat.type === 'group') await this.assertSame(record, chat, roster);
    const { createdBy } = chat;
    const { isNew: isCreated } = await this.chatLog.append({
      chatId: record.id,
      draft: (state) =>
        state.rev > 0
          ? null
          : {
              kind: 'created',
              senderId: toObjectId(createdBy),
              ...(chat.type === 'group' && { info: record.profile.info }),
              members: roster.map(([userId, role]) => ({ userId: toObjectId(userId), role })),
              memberCount: roster.length,
            },
      stored: (row) => {
        const recipientIds = roster.map(([userId]) => userId).filter((userId) => userId !== hiddenFrom);
        this.events.publish('chat.created', { chat: newChatView(record, row), recipientIds });
        this.changes.tell(row, recipientIds);
      },
    });
    if (hiddenFrom && isCreated) await this.members.hide(record.id, hiddenFrom, 0);
    return { chat: await this.get(createdBy, record.id), isNew };
  }

  /** An `Idempotency-Key` names one creation: with other content it is a mistake of the client. */
  private async assertSame(record: ChatRecord, chat: NewChat, roster: [string, ChatRole][]): Promise<void> {
    const [created] = await this.log.findChanges(record.id, 0, 1);
    const ids = (created?.members ?? []).map(({ userId }) => userId.toHexString());
    const isSame =
      !created || (ids.length === roster.length && roster.every(([userId]) => ids.includes(userId)));
    const { title } = created?.info ?? record.profile.info;
    if (!isSame || title !== chat.title) {
      throw new ConflictError('This Idempotency-Key was used for another group: make a new key');
    }
  }
}

function refuseField(dto: CreateChatDto, field: 'title' | 'memberIds' | 'userId', type: string): void {
  if (dto[field] !== undefined) {
    throw ValidationError.of(field, 'whitelistValidation', `${field} does not go with type "${type}"`);
  }
}
