import { Injectable, Optional } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { sees } from '../chats/membership.js';
import { NotFoundError } from '../common/errors/app-error.js';
import { StatusVisibility } from '../common/ports/status-visibility.js';
import { toObjectId } from '../database/object-id.js';
import { mediaIdOf } from '../media/attachment.js';
import { toMessageView } from '../messages/message.view.js';
import { UserViews } from '../users/user-views.service.js';
import type { ReportSnapshot } from './report.schema.js';
import type { ReportTargets } from './reports.repository.js';

/** What is reported, as it was, and who is answerable for it. */
export interface ReportedContent {
  snapshot: ReportSnapshot;
  accusedIds: string[];
  /** Its files. */
  mediaIds: string[];
}

/** Looks up what somebody reports with their own eyes: what they can't see they can't report. */
@Injectable()
export class ReportCapture {
  constructor(
    private readonly views: UserViews,
    private readonly access: ChatAccess,
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly past: MessagePast,
    @Optional() private readonly statuses?: StatusVisibility,
  ) {}

  /** @throws NotFoundError for a target that is not there or not theirs to see. */
  async capture(
    reporterId: string,
    { userId, messageId, statusId }: ReportTargets,
  ): Promise<ReportedContent> {
    const [user, message, status] = await Promise.all([
      userId === undefined ? null : this.user(reporterId, userId),
      messageId === undefined ? null : this.message(reporterId, messageId),
      statusId === undefined ? null : this.status(reporterId, statusId),
    ]);
    return {
      snapshot: {
        ...(user && { user: fieldsOf(user) }),
        ...(message && { message: fieldsOf(message) }),
        ...(status && { status: { userId: status.userId, ...status.content } }),
      },
      mediaIds: [
        ...(user?.avatarUrl ? [mediaIdOf(user.avatarUrl)] : []),
        ...(message?.attachments ?? []).map(({ id }) => id),
        ...(status?.mediaId ? [status.mediaId] : []),
      ],
      accusedIds: [
        ...new Set([user?.id, message?.senderId, status?.userId].filter((id) => id !== undefined)),
      ],
    };
  }

  private async user(reporterId: string, userId: string) {
    const [view] = await this.views.byIds(reporterId, [userId], 'profile');
    if (!view) throw new NotFoundError('User');
    return view;
  }

  private async message(reporterId: string, messageId: string) {
    const [row] = await this.log.findByIds([toObjectId(messageId)]);
    if (!row || row.kind !== 'message') throw new NotFoundError('Message');
    const { seq = 0, rev } = row;
    const chatId = row.chatId.toHexString();
    const membership = await this.access.assertReader(reporterId, chatId).catch((error: unknown) => {
      // Nothing about the chat either: to an outsider there is no such message.
      throw error instanceof NotFoundError ? new NotFoundError('Message') : error;
    });
    if (!sees(membership, seq)) throw new NotFoundError('Message');
    await this.chatLog.settled(chatId, rev);
    const [known] = await this.past.forMember(membership, [row]);
    return toMessageView(known ?? row);
  }

  private async status(reporterId: string, statusId: string) {
    const status = await this.statuses?.find(reporterId, statusId);
    if (!status) throw new NotFoundError('Status');
    return status;
  }
}

/** A view as plain fields, made to be stored. */
function fieldsOf(view: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view));
}
