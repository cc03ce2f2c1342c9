import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../../chats/chat-access.js';
import { ChatMembersRepository, type Membership } from '../../chats/chat-members.repository.js';
import { ChatLogRepository } from '../../chats/log/chat-log.repository.js';
import { ChatLog } from '../../chats/log/chat-log.service.js';
import { visibleStretches, within } from '../../chats/membership.js';
import { ForbiddenError, NotFoundError } from '../../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type PageQueryDto,
} from '../../common/pagination/cursor.js';
import { toObjectId } from '../../database/object-id.js';
import type { MessageTracePageView, RecipientTraceView } from './message-trace.view.js';
import { type RecipientFacts, TraceFacts, type TracedMessage } from './trace-facts.service.js';
import { traceConnections } from './trace-reason.js';

/** What became of a message with each recipient, and why nothing where nothing came: for its sender alone. */
@Injectable()
export class MessageTrace {
  constructor(
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly access: ChatAccess,
    private readonly members: ChatMembersRepository,
    private readonly facts: TraceFacts,
  ) {}

  /** Members of then and now, by user id, as far as the sender shared the chat with them. */
  async page(
    userId: string,
    messageId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<MessageTracePageView> {
    const after = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
    const { message, own } = await this.find(userId, messageId);
    const found = await this.members.findPage(message.chatId, after, limit + 1, { past: true });
    const page = found.slice(0, limit);
    const stretches = visibleStretches({ ...own, hiddenUpToSeq: 0 });
    const others = page.filter((one) => one.userId !== userId && (one.isActive || overlaps(one, stretches)));
    const { byUser, unheardNodes } = await this.facts.of(message, others);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: others.map((one) => traceOf(message, one, byUser.get(one.userId))),
      nextCursor: last ? encodeCursor([last.userId]) : null,
      ...(unheardNodes && { unheardNodes }),
    };
  }

  private async find(
    userId: string,
    messageId: string,
  ): Promise<{ message: TracedMessage; own: Membership }> {
    const [row] = await this.log.findByIds([toObjectId(messageId)]);
    if (!row || row.seq === undefined) throw new NotFoundError('Message');
    const chatId = row.chatId.toHexString();
    const own = await this.access.assertReader(userId, chatId).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new NotFoundError('Message') : error;
    });
    const { seq, createdAt } = row;
    if (within(visibleStretches(own), { from: seq, to: seq }).length === 0)
      throw new NotFoundError('Message');
    if (row.senderId.toHexString() !== userId || row.type === 'system')
      throw new ForbiddenError('Only its sender can trace a message');
    if (!own.isActive) throw new ForbiddenError('You are no longer a member of this chat');
    const { type } = await this.chatLog.state(chatId);
    return { message: { chatId, type, seq, senderId: userId, sentAt: createdAt }, own };
  }
}

const NO_PUSH = { pushes: [], noPushReason: 'not_available' };

/** `facts` are there for all who were in the chat when it was sent. */
function traceOf(
  { seq, sentAt }: TracedMessage,
  { userId, joinedAt, isActive, spans }: Membership,
  facts: RecipientFacts | undefined,
): RecipientTraceView {
  if (!facts?.isRecipient) {
    const isEarly = spans.every(({ toSeq }) => toSeq !== null && toSeq < seq);
    const since = isEarly ? facts?.leftAt : isActive ? joinedAt : undefined;
    const code = isEarly ? 'left_before' : 'joined_after';
    const reason = { code, ...(since && { since: since.toISOString() }) } as const;
    return { userId, state: 'none', reason, ...NO_PUSH };
  }
  const { deliveredAt, readAt } = facts;
  const state = readAt ? 'read' : deliveredAt ? 'delivered' : 'stored';
  const { connectedWhenSent, ...why } = traceConnections(facts.connections, sentAt, facts.sight);
  const { reason, since } = facts.leftAt
    ? { reason: 'left_since' as const, since: facts.leftAt }
    : facts.blockedAt
      ? { reason: 'you_blocked' as const, since: facts.blockedAt }
      : why;
  return {
    userId,
    state,
    storedAt: sentAt.toISOString(),
    ...(deliveredAt && { deliveredAt: deliveredAt.toISOString() }),
    ...(readAt && { readAt: readAt.toISOString() }),
    ...(connectedWhenSent !== undefined && { connectedWhenSent }),
    ...(!deliveredAt && { reason: { code: reason, ...(since && { since: since.toISOString() }) } }),
    ...NO_PUSH,
  };
}

/** Whether the two were in the chat at the same time, for a message at least. */
function overlaps({ spans }: Membership, stretches: { from: number; to: number }[]): boolean {
  return spans.some(({ fromSeq, toSeq }) => {
    const range = { from: fromSeq, to: toSeq ?? Number.MAX_SAFE_INTEGER };
    return within(stretches, range).length > 0;
  });
}
