import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { AppError, ConflictError, NotFoundError } from '../../common/errors/app-error.js';
import {
  decodeCursor,
  DEFAULT_PAGE,
  encodeCursor,
  type Page,
  type PageQueryDto,
} from '../../common/pagination/cursor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { MessageView } from '../message.view.js';
import type { MessageContent } from '../message-content.js';
import { MessagesService } from '../messages.service.js';
import { SentMessages } from '../sent-messages.service.js';
import { checkedSendAt, hashOfContent } from './scheduled-content.js';
import { filesOf, type ScheduledPosition } from './scheduled-message.record.js';
import { type ScheduledMessageView, toScheduledMessageView } from './scheduled-message.view.js';
import { type FirstScheduled, ScheduledMessagesRepository } from './scheduled-messages.repository.js';
import { ScheduledSender } from './scheduled-sender.service.js';

const DAY_MS = 86_400_000;

/** The most that one user may have waiting, with those that failed and were not removed yet. */
export const MAX_SCHEDULED = 100;

const OTHER_CONTENT = 'This clientMessageId was used for another message: make a new id';

/** What a sender gives for later. */
export type LaterContent = MessageContent & { sendAt: string };

/** A retry finds what was scheduled, or the message that it has become. */
export type Scheduling =
  | { scheduled: ScheduledMessageView; message?: undefined; isNew: boolean }
  | { scheduled?: undefined; message: MessageView; isNew: false };

/** Messages to be sent later: scheduling, looking at them, and taking them back. `ScheduledSender` sends. */
@Injectable()
export class ScheduledMessages {
  constructor(
    private readonly scheduled: ScheduledMessagesRepository,
    private readonly messages: MessagesService,
    private readonly sent: SentMessages,
    private readonly sender: ScheduledSender,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Once per `clientMessageId`, as a send. Whether it may be sent is asked now and when it is due. */
  async schedule(senderId: string, chatId: string, given: LaterContent): Promise<Scheduling> {
    const { sendAt, clientMessageId = randomUUID(), ...rest } = given;
    // Plain objects without absent fields: what is stored is what was validated.
    const content = JSON.parse(JSON.stringify(rest)) as Record<string, unknown>;
    const contentHash = hashOfContent(content, sendAt);
    const find = () => this.findFirst(senderId, chatId, { ...rest, clientMessageId }, contentHash);
    const first = await find();
    if (first) return first;
    const createdAt = this.clock.now();
    const moment = checkedSendAt(sendAt, createdAt);
    await this.messages.assertSendable(senderId, chatId, rest);
    await this.assertRoom(senderId);
    const keys = { senderId, chatId, clientMessageId, contentHash };
    const record = await this.scheduled.insert({ ...keys, content, createdAt, sendAt: moment });
    // A retry was faster than this first try.
    if (!record) return (await find()) ?? Promise.reject(new ConflictError(OTHER_CONTENT));
    this.sender.arm(moment);
    const view = toScheduledMessageView(record);
    this.events.publish('scheduled.changed', { userId: senderId, scheduled: view });
    return { scheduled: view, isNew: true };
  }

  /** The next to be sent first. */
  async page(
    userId: string,
    { cursor, limit = DEFAULT_PAGE }: PageQueryDto,
  ): Promise<Page<ScheduledMessageView>> {
    const after = cursor === undefined ? null : positionOf(cursor);
    const found = await this.scheduled.findPage(userId, { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((record) => toScheduledMessageView(record)),
      nextCursor: last ? encodeCursor([last.sendAt.getTime(), last.id]) : null,
    };
  }

  /** From its answer on it is never sent; one that is being sent already is `CONFLICT`. */
  async cancel(userId: string, id: string): Promise<void> {
    const purgeAt = new Date(this.clock.nowMs() + DAY_MS);
    const cancelled = await this.scheduled.cancel(userId, id, purgeAt);
    if (cancelled) {
      const scheduled = toScheduledMessageView({ ...cancelled, state: 'cancelled' });
      const mediaIds = filesOf(cancelled);
      if (mediaIds.length > 0) this.events.publish('media.released', { mediaIds });
      return this.events.publish('scheduled.changed', { userId, scheduled });
    }
    const isUnderWay = (await this.scheduled.findOwn(userId, id)) !== null;
    if (isUnderWay) throw new ConflictError('This message is being sent already');
    throw new NotFoundError('Scheduled message');
  }

  /** In this order: a message is stored before its scheduled one is removed. */
  private async findFirst(
    senderId: string,
    chatId: string,
    content: MessageContent & { clientMessageId: string },
    contentHash: string,
  ): Promise<Scheduling | null> {
    const first = await this.scheduled.findBySend(senderId, chatId, content.clientMessageId);
    const message = await this.sent.find(senderId, chatId, content);
    if (message) return { message, isNew: false };
    return first && answered(first, contentHash);
  }

  private async assertRoom(senderId: string): Promise<void> {
    if ((await this.scheduled.countOf(senderId, MAX_SCHEDULED)) >= MAX_SCHEDULED)
      throw new ConflictError(`You can have at most ${MAX_SCHEDULED} scheduled messages: remove some first`);
  }
}

function answered({ scheduled, contentHash }: FirstScheduled, wantedHash: string): Scheduling {
  if (contentHash !== wantedHash) throw new ConflictError(OTHER_CONTENT);
  if (!scheduled) throw new AppError('GONE', 'This scheduled message was cancelled: make a new id');
  return { scheduled: toScheduledMessageView(scheduled), isNew: false };
}

function positionOf(cursor: string): ScheduledPosition {
  const [at, id] = decodeCursor(cursor, ['number', 'id']);
  return { sendAt: new Date(Number(at)), id: String(id) };
}
