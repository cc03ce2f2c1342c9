import { Injectable } from '@nestjs/common';

import { ValidationError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { ChatAccess, NotAMemberError } from './chat-access.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import type { SharedChatView } from './chat.view.js';
import { DirectGate } from './direct-gate.js';
import type { UpdateChatDto, UpdateSettingsDto } from './dto/update-chat.dto.js';
import { GroupChanges } from './group-changes.js';
import { GroupPictures, type PictureChange } from './group-pictures.service.js';
import { assertAdmin, assertMayEditInfo } from './group-rules.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import type { RowDraft } from './log/log-append.js';
import { type ChatInfo, NO_INFO } from './log/chat-profile.js';
import type { ChatState } from './log/chat-state.js';
import { isListed } from './membership.js';

interface NamedChanges {
  info: Partial<ChatInfo>;
  settings: UpdateSettingsDto;
}

const NO_PICTURE = { avatarMediaId: null, avatarSourceId: null };

/** What a chat shows of itself, and what is allowed in it. */
@Injectable()
export class ChatUpdates {
  constructor(
    private readonly access: ChatAccess,
    private readonly gate: DirectGate,
    private readonly chatLog: ChatLog,
    private readonly members: ChatMembersRepository,
    private readonly reader: ChatReader,
    private readonly changes: GroupChanges,
    private readonly pictures: GroupPictures,
    private readonly events: DomainEvents,
  ) {}

  /** What is as it should be already is no change. The rules of all of it are asked before any of it. */
  async update(userId: string, chatId: string, { settings = {}, ...info }: UpdateChatDto): Promise<void> {
    // Who may not write to the other one of a direct chat has no say in it either.
    await this.gate.assertOpen(userId, chatId);
    const asked = { info: toInfo(info), settings: given(settings) };
    const picture = await this.pictureOf(userId, chatId, asked);
    const { avatarMediaId: _, ...texts } = asked.info;
    await this.store(userId, chatId, { info: { ...texts, ...picture }, settings: asked.settings });
  }

  /** Made before the change takes its place, and only for who may change it. */
  private async pictureOf(userId: string, chatId: string, asked: NamedChanges): Promise<PictureChange> {
    const { avatarMediaId: uploadId } = asked.info;
    if (uploadId === undefined) return {};
    if (uploadId === null) return NO_PICTURE;
    let before = NO_INFO;
    await this.access.assertOn(userId, chatId, (state) => {
      assertMayUpdate(state, userId, asked);
      before = state.profile.info;
    });
    return this.pictures.make(userId, uploadId, before);
  }

  private async store(userId: string, chatId: string, named: NamedChanges): Promise<void> {
    let before = NO_INFO;
    const info = this.append(userId, chatId, (state) => {
      assertMayUpdate(state, userId, named);
      before = state.profile.info;
      return changeOf('info', before, withPicture(before, named.info));
    });
    const settings = this.append(userId, chatId, (state) => {
      assertMayUpdate(state, userId, named);
      return changeOf('settings', state.profile.settings, named.settings);
    });
    let stored: ChatLogRow | null = null;
    try {
      [{ row: stored }] = await this.access.guarded(userId, chatId, Promise.all([info, settings]));
    } finally {
      this.pictures.settle(named.info, before, stored);
    }
  }

  private append(
    userId: string,
    chatId: string,
    draft: (state: ChatState) => Pick<RowDraft, 'kind' | 'info' | 'settings' | 'changed'> | null,
  ) {
    let views: { chat: SharedChatView; forId: string | null }[] = [];
    return this.chatLog.append({
      chatId,
      draft: (state) => {
        const change = draft(state);
        return change && { ...change, senderId: toObjectId(userId), memberCount: state.memberCount };
      },
      prepare: async (row) => {
        views = await this.viewsFor(userId, row);
      },
      stored: (row, recipientIds) => {
        this.changes.tell(row, recipientIds);
        for (const { chat, forId } of views) {
          this.events.publish('chat.updated', {
            chat,
            recipientIds: forId === null ? recipientIds : [forId],
          });
        }
      },
    });
  }

  /**
   * All members of a group may see its last message, this change or a later one: one view for all. Of a
   * chat of two each may have deleted another part, or all of it.
   */
  private async viewsFor(userId: string, { chatId: id, seq }: ChatLogRow) {
    const chatId = id.toHexString();
    const isGroup = seq !== undefined;
    const userIds = isGroup ? [userId] : (await this.chatLog.state(chatId)).audience;
    const views = await Promise.all(
      userIds.map(async (oneId) => {
        const membership = await this.members.find(chatId, oneId);
        const chat = membership && (await this.reader.shared(oneId, membership));
        if (!chat || !isListed(membership, chat)) return [];
        return [{ chat, forId: isGroup ? null : oneId }];
      }),
    );
    return views.flat();
  }
}

function assertMayUpdate(state: ChatState, userId: string, { info, settings }: NamedChanges): void {
  if (!state.has(userId)) throw new NotAMemberError();
  if (state.type === 'direct') {
    for (const field of Object.keys(info)) refuse(field);
    for (const field of Object.keys(settings))
      if (field !== 'disappearingSeconds') refuse(`settings.${field}`);
    return;
  }
  if (Object.keys(info).length > 0) assertMayEditInfo(state, userId);
  if (Object.keys(settings).length > 0) assertAdmin(state, userId, 'Only admins change the settings');
}

function refuse(field: string): never {
  throw ValidationError.of(field, 'whitelistValidation', `${field} does not go with a direct chat`);
}

/** `avatarMediaId` is still the upload that the picture is to be made of. */
function toInfo(dto: Omit<UpdateChatDto, 'settings'>): Partial<ChatInfo> {
  const { description, ...rest } = given(dto);
  return { ...rest, ...(description !== undefined && { description: description || null }) };
}

function given<T extends object>(dto: T): Partial<T> {
  return Object.fromEntries(Object.entries(dto).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Of two that were made of one upload at the same time, the first stays. */
function withPicture(before: ChatInfo, named: Partial<ChatInfo>): Partial<ChatInfo> {
  const isThere = named.avatarSourceId && named.avatarSourceId === before.avatarSourceId;
  return isThere ? { ...named, avatarMediaId: before.avatarMediaId } : named;
}

function changeOf<T extends object>(kind: 'info' | 'settings', before: T, named: Partial<T>) {
  const after = { ...before, ...named };
  const changed = Object.keys(after).filter((field) => before[field as keyof T] !== after[field as keyof T]);
  return changed.length > 0 ? { kind, [kind]: after, changed } : null;
}
