import { Injectable } from '@nestjs/common';

import { DirectGate } from '../chats/direct-gate.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import type { MessageChange } from '../chats/log/message-change.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { lastVisibleRev } from '../chats/membership.js';
import { Clock } from '../common/clock.js';
import { ForbiddenError } from '../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import type { EarlierTextView } from './earlier-text.view.js';
import { MessageAccess } from './message-access.js';
import { isFileType } from './message-attachments.service.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageViews } from './message-views.service.js';
import { type MessageView, toMessageView } from './message.view.js';
import { firstUrl } from './previews/first-url.js';

/** Another text for a message of one's own, or below its files, and the texts that it had before. */
@Injectable()
export class EditsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly changes: MessageChanges,
    private readonly repository: MessageChangesRepository,
    private readonly gate: DirectGate,
    private readonly views: MessageViews,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** The same text again changes nothing. */
  async edit(userId: string, messageId: string, text: string): Promise<MessageView> {
    const chatId = (await this.access.getChangeable(userId, messageId)).chatId.toHexString();
    await this.gate.assertOpen(userId, chatId);
    const message = await this.changes.apply({
      userId,
      messageId,
      chatId,
      decide: (now) => {
        this.assertEditable(userId, now);
        return now.text === text ? null : toEdit(now, text);
      },
      changed: (now, recipientIds) => {
        this.events.publish('message.edited', { message: toMessageView(now), recipientIds });
      },
    });
    return this.views.own(userId, message);
  }

  /** The texts before the present one, oldest first; of a deleted message there are none. */
  async earlier(
    userId: string,
    messageId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<EarlierTextView>> {
    const after = cursor === undefined ? null : Number(decodeCursor(cursor, ['number'])[0]);
    const { row, membership } = await this.access.getVisible(userId, messageId);
    if (row.deletedAt || row.textRev === undefined) return { items: [], nextCursor: null };
    const range = { afterRev: after ?? 0, toRev: Math.min(lastVisibleRev(membership), row.textRev) };
    const edits = await this.repository.findEdits(messageId, range, limit + 2);
    const texts = edits.map(({ rev, change, createdAt: at }) => ({ rev, text: change.text, at }));
    if (after === null) texts.unshift({ rev: 0, text: row.original ?? '', at: row.createdAt });
    // The last of all is the text of today.
    const page = texts.slice(0, Math.min(limit, texts.length - 1));
    const last = texts.length - 1 > limit ? page.at(-1) : undefined;
    return {
      items: page.map(({ text, at }) => ({ text, at: at.toISOString() })),
      nextCursor: last ? encodeCursor([last.rev]) : null,
    };
  }

  private assertEditable(userId: string, message: ChatLogRow): void {
    this.access.assertAlive(message);
    if (message.senderId.toHexString() !== userId)
      throw new ForbiddenError('You can edit your own messages only');
    if (!hasText(message))
      throw new ForbiddenError('Only texts, and what is written below files, can be edited');
    const age = this.clock.nowMs() - message.createdAt.getTime();
    if (age > this.config.editWindowMs) {
      const minutes = this.config.editWindowMs / 60_000;
      throw new ForbiddenError(`A message can be edited for ${minutes} minutes after it was sent`);
    }
  }
}

function hasText({ type }: ChatLogRow): boolean {
  return type === 'text' || isFileType(type);
}

/** A preview stays with the address that it is of. */
function toEdit({ linkPreview }: ChatLogRow, text: string): MessageChange {
  const dropsPreview = linkPreview !== undefined && linkPreview.url !== firstUrl(text);
  return { type: 'edited', text, ...(dropsPreview && { dropsPreview }) };
}
