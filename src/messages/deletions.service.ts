import { Injectable } from '@nestjs/common';

import { ChatMembersRepository } from '../chats/chat-members.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import type { ChatState } from '../chats/log/chat-state.js';
import { hasDeletedForMe } from '../chats/membership.js';
import { Clock } from '../common/clock.js';
import { ConflictError, ForbiddenError } from '../common/errors/app-error.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { MessageMarks } from './marks/message-marks.service.js';
import { assertNotSystem, MessageAccess } from './message-access.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageViews } from './message-views.service.js';
import { type MessageView, toMessageView } from './message.view.js';

/** Messages of one chat that somebody may delete for themselves one by one. */
const MAX_DELETED_FOR_ME = 1000;

export type DeletedFor = 'me' | 'everyone';

/** Deleting: for everyone, who then see that there was a message; or for oneself, as if there had been none. */
@Injectable()
export class DeletionsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly changes: MessageChanges,
    private readonly members: ChatMembersRepository,
    private readonly marks: MessageMarks,
    private readonly views: MessageViews,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Twice is no error, and nobody hears of it again. */
  async remove(userId: string, messageId: string, of: DeletedFor): Promise<MessageView> {
    return of === 'everyone' ? this.forEveryone(userId, messageId) : this.forMe(userId, messageId);
  }

  private async forEveryone(userId: string, messageId: string): Promise<MessageView> {
    let mediaIds: string[] = [];
    const message = await this.changes.apply({
      userId,
      messageId,
      decide: (now, state) => {
        assertNotSystem(now);
        this.assertMayDelete(userId, now, state);
        mediaIds = (now.attachments ?? []).map(({ mediaId }) => mediaId.toHexString());
        return now.deletedAt ? null : { type: 'deleted' };
      },
      changed: ({ seq = 0, chatId }, recipientIds, { rev }) => {
        const deleted = { chatId: chatId.toHexString(), messageId, seq, rev, for: 'everyone' as const };
        this.events.publish('message.deleted', { ...deleted, recipientIds });
        if (mediaIds.length > 0) this.events.publish('media.released', { mediaIds });
      },
    });
    return this.views.own(userId, message);
  }

  /** Its sender for some days, and the admins of a group always. */
  private assertMayDelete(userId: string, message: ChatLogRow, state: ChatState): void {
    const role = state.roleOf(userId);
    if (state.type === 'group' && role !== 'member') return;
    if (message.senderId.toHexString() !== userId)
      throw new ForbiddenError("Only admins delete others' messages for everyone");
    const age = this.clock.nowMs() - message.createdAt.getTime();
    if (message.deletedAt || age <= this.config.deleteWindowMs) return;
    const hours = this.config.deleteWindowMs / 3_600_000;
    throw new ForbiddenError(`A message can be deleted for everyone for ${hours} hours after it was sent`);
  }

  /** The mark first: it tells one's other devices, and a retry goes on where a crash broke off. */
  private async forMe(userId: string, messageId: string): Promise<MessageView> {
    const { row, membership } = await this.access.getOnceVisible(userId, messageId);
    const { chatId } = membership;
    const { seq = 0 } = row;
    const isThere = !hasDeletedForMe(membership, seq);
    if (isThere && (membership.deletedSeqs?.length ?? 0) >= MAX_DELETED_FOR_ME) {
      const limit = `at most ${MAX_DELETED_FOR_ME} messages of a chat`;
      throw new ConflictError(`You can delete ${limit} one by one for yourself: clear the chat instead`);
    }
    if (isThere) await this.members.deleteForMe(chatId, userId, seq);
    const rev = await this.marks.set({ userId, messageId }, chatId, 'deletedAt');
    if (rev !== null) {
      const deleted = { chatId, messageId, seq, rev, for: 'me' as const };
      this.events.publish('message.deleted', { ...deleted, recipientIds: [userId] });
    }
    return toMessageView(row);
  }
}
