import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { ChatsService } from '../chats/chats.service.js';
import { ForbiddenError, ValidationError } from '../common/errors/app-error.js';
import { BlocksService } from '../users/blocks.service.js';
import { PrivacyService } from '../users/privacy.service.js';
import { UsersService } from '../users/users.service.js';
import type { CallTarget } from './new-call.js';

/** A larger group is not rung but told. */
export const MAX_RUNG_GROUP = 32;

/** Works out whom a call goes to, and who of them must not hear of it. */
@Injectable()
export class CallTargets {
  constructor(
    private readonly access: ChatAccess,
    private readonly chats: ChatsService,
    private readonly users: UsersService,
    private readonly blocks: BlocksService,
    private readonly privacy: PrivacyService,
  ) {}

  async find(callerId: string, { to, chatId }: { to?: string; chatId?: string }): Promise<CallTarget> {
    if (chatId !== undefined) return this.ofChat(callerId, chatId, to);
    if (to === undefined) throw ValidationError.of('to', 'required', 'Say whom to call: give to or chatId');
    if (to === callerId) throw ValidationError.of('to', 'isOther', 'to must be somebody else');
    await this.users.assertAllExist([to]);
    return this.ofPerson(callerId, to);
  }

  private async ofChat(callerId: string, chatId: string, to: string | undefined): Promise<CallTarget> {
    const state = await this.access.assertMember(callerId, chatId);
    if (to !== undefined && (to === callerId || !state.has(to))) {
      throw ValidationError.of('to', 'isMember', 'to must be another member of the chat');
    }
    const others = state.audience.filter((id) => id !== callerId);
    const [partnerId] = others;
    if (state.type === 'direct' && partnerId) return this.ofPerson(callerId, partnerId, chatId);
    if (state.memberCount > MAX_RUNG_GROUP) {
      return { chatId, isGroup: true, rungIds: [], hiddenIds: [], toldIds: others };
    }
    const admitting = await this.privacy.admitting(callerId, others, 'calls');
    const rungIds = others.filter((id) => admitting.has(id));
    return { chatId, isGroup: true, rungIds, hiddenIds: [], toldIds: [] };
  }

  /** Across a block, or against their privacy, it seems to ring and reaches nobody. */
  private async ofPerson(callerId: string, partnerId: string, knownChatId?: string): Promise<CallTarget> {
    const { hasBlocked } = await this.blocks.between(callerId, partnerId);
    if (hasBlocked) throw new ForbiddenError('You have blocked this person: unblock them to call them');
    const isAdmitted = await this.privacy.may(callerId, partnerId, 'calls');
    const chatId = knownChatId ?? (await this.chats.directWith(callerId, partnerId, isAdmitted)).chat.id;
    const rungIds = isAdmitted ? [partnerId] : [];
    return { chatId, isGroup: false, rungIds, hiddenIds: isAdmitted ? [] : [partnerId], toldIds: [] };
  }
}
