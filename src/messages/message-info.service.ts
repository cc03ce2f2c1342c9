import { Injectable } from '@nestjs/common';

import { ChatMembersRepository, type Membership } from '../chats/chat-members.repository.js';
import { ChatReceiptsRepository } from '../chats/receipts/chat-receipts.repository.js';
import { ReceiptMoves } from '../chats/receipts/receipt-moves.service.js';
import { receiptTimesOf } from '../chats/receipts/receipt-moments.js';
import { ReceiptPrivacy } from '../chats/receipts/receipt-privacy.js';
import { ForbiddenError } from '../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../common/pagination/cursor.js';
import { MessageAccess } from './message-access.js';
import type { MessageInfoView } from './message-info.view.js';

/** Who has got and read a message, and when: for its sender alone. */
@Injectable()
export class MessageInfo {
  constructor(
    private readonly access: MessageAccess,
    private readonly members: ChatMembersRepository,
    private readonly receipts: ChatReceiptsRepository,
    private readonly moves: ReceiptMoves,
    private readonly privacy: ReceiptPrivacy,
  ) {}

  /** The present members who were there for it, by user id; pages may come short. */
  async page(
    userId: string,
    messageId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<MessageInfoView>> {
    const after = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
    const { row, membership } = await this.access.getVisible(userId, messageId);
    if (row.senderId.toHexString() !== userId)
      throw new ForbiddenError('Only its sender learns who has got and read a message');
    if (!membership.isActive) throw new ForbiddenError('You are no longer a member of this chat');
    const { chatId } = membership;
    const { seq = 0 } = row;
    const found = await this.members.findPage(chatId, after, limit + 1);
    const page = found.slice(0, limit);
    const recipients = page.filter((one) => one.userId !== userId && wasThere(one, seq));
    const ids = recipients.map((one) => one.userId);
    const [receipts, times] = await Promise.all([
      this.receipts.findByChats([chatId]),
      this.moves.find(chatId, ids),
    ]);
    const marks = receipts.get(chatId)?.marks ?? {};
    const areReadsShown = await this.areReadsShown(userId, recipients);
    const sentAt = row.createdAt.toISOString();
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: ids.map((id) => {
        const { deliveredAt, readAt } = receiptTimesOf(seq, marks[id], times.get(id));
        return {
          userId: id,
          sentAt,
          ...(deliveredAt && { deliveredAt: deliveredAt.toISOString() }),
          ...(readAt && areReadsShown && { readAt: readAt.toISOString() }),
        };
      }),
      nextCursor: last ? encodeCursor([last.userId]) : null,
    };
  }

  /** In a chat of two only while both show what they read. */
  private async areReadsShown(userId: string, recipients: Membership[]): Promise<boolean> {
    const [partner] = recipients;
    return !partner?.partnerId || this.privacy.isShown(partner.userId, userId);
  }
}

/** Whatever they have deleted for themselves since: that is not the sender's to know. */
function wasThere({ spans }: Membership, seq: number): boolean {
  return spans.some(({ fromSeq, toSeq }) => seq >= fromSeq && (toSeq === null || seq <= toSeq));
}
