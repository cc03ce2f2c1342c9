import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';

import { Clock, type ClockTimer } from '../../common/clock.js';
import { toErrorInfo } from '../../common/errors/error-body.js';
import { DomainEvents } from '../../events/domain-events.js';
import { UsersService } from '../../users/users.service.js';
import type { MessageContent } from '../message-content.js';
import { MessagesService } from '../messages.service.js';
import { SentMessages } from '../sent-messages.service.js';
import type { ScheduledRecord } from './scheduled-message.record.js';
import { toScheduledMessageView } from './scheduled-message.view.js';
import { ScheduledMessagesRepository } from './scheduled-messages.repository.js';

/** Messages looked up at once. */
const BATCH = 100;
/** Longer than a send is ever tried; after it another node, or the next start, goes on. */
const CLAIM_MS = 30_000;
/** How long a send is tried again that fails for no fault of its sender. */
const GIVE_UP_MS = 86_400_000;
/** So long somebody can see what could not be sent. */
const KEEP_FAILED_MS = 30 * 86_400_000;

/** Not the sender's fault, and maybe stored all the same: tried again. */
const TRANSIENT = new Set(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED', 'BUSY']);

/**
 * Sends what has come due. Each node wakes up for the next one, and a job looks after those whose node
 * is gone; a claim lets one node at a time try each. What a crash left between the send and the removal
 * is sent again under the same `clientMessageId`, which stores and tells nothing twice.
 */
@Injectable()
export class ScheduledSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ScheduledSender.name);
  private armed: { at: Date; timer: ClockTimer } | null = null;
  private running: Promise<void> | null = null;
  private isWanted = false;
  private isStopped = false;

  constructor(
    private readonly scheduled: ScheduledMessagesRepository,
    private readonly messages: MessagesService,
    private readonly sent: SentMessages,
    private readonly users: UsersService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** What came due while no server ran. */
  onApplicationBootstrap(): void {
    this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.armed?.timer.cancel();
    await this.running?.catch(() => undefined);
  }

  /** Wakes up at this moment, unless it does so before anyway. */
  arm(at: Date): void {
    if (this.isStopped || (this.armed && this.armed.at <= at)) return;
    this.armed?.timer.cancel();
    const timer = this.clock.setTimer(Math.max(at.getTime() - this.clock.nowMs(), 0), () => {
      this.armed = null;
      this.start();
    });
    this.armed = { at, timer };
  }

  /** Until nothing is due; called while it runs, it looks once more. */
  sendDue(): Promise<void> {
    this.isWanted = true;
    return (this.running ??= this.work().finally(() => {
      this.running = null;
    }));
  }

  private start(): void {
    this.sendDue().catch((error: unknown) => {
      this.logger.error(`sending scheduled messages failed: ${String(error)}`);
    });
  }

  private async work(): Promise<void> {
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      const due = await this.scheduled.findDue(this.clock.now(), BATCH);
      // What one person wants in one chat goes in its order, the rest side by side.
      const queues = new Map<string, ScheduledRecord[]>();
      for (const one of due) {
        const key = one.senderId + one.chatId;
        queues.set(key, [...(queues.get(key) ?? []), one]);
      }
      await Promise.all([...queues.values()].map((queue) => this.sendInOrder(queue)));
      this.isWanted ||= due.length === BATCH;
    }
    const next = this.isStopped ? null : await this.scheduled.findNextDue();
    if (next) this.arm(next);
  }

  private async sendInOrder(queue: ScheduledRecord[]): Promise<void> {
    for (const one of queue) {
      const now = this.clock.now();
      const until = new Date(now.getTime() + CLAIM_MS);
      if (this.isStopped || !(await this.scheduled.claim(one.id, { now, until }))) continue;
      await this.send(one);
    }
  }

  private async send(one: ScheduledRecord): Promise<void> {
    const { id, senderId, chatId, clientMessageId } = one;
    // Validated as this when it was scheduled.
    const content = { ...one.content, clientMessageId } as unknown as MessageContent;
    try {
      // An account that is gone says nothing more, also where a crash has left some of its messages for later.
      if (await this.users.isDeleted(senderId)) return await this.scheduled.remove(id);
      const { message } = await this.messages.send(senderId, chatId, content);
      await this.settle(one, message.id);
    } catch (error) {
      const { code, message } = toErrorInfo(error);
      const isOver = this.clock.nowMs() - one.sendAt.getTime() > GIVE_UP_MS;
      if (TRANSIENT.has(code) && !isOver) {
        return this.logger.warn(`scheduled message ${id} is tried again: ${String(error)}`);
      }
      // Stored by a try that a crash cut short, and the chat is gone for the sender since.
      const sent = await this.sent.find(senderId, chatId, content).catch(() => null);
      if (sent) return this.settle(one, sent.id);
      await this.fail(one, { code, message });
    }
  }

  private async settle(one: ScheduledRecord, messageId: string): Promise<void> {
    await this.scheduled.remove(one.id);
    const scheduled = toScheduledMessageView({ ...one, state: 'sent' }, messageId);
    this.events.publish('scheduled.changed', { userId: one.senderId, scheduled });
  }

  private async fail(one: ScheduledRecord, failure: { code: string; message: string }): Promise<void> {
    await this.scheduled.markFailed(one.id, failure, new Date(this.clock.nowMs() + KEEP_FAILED_MS));
    const scheduled = toScheduledMessageView({ ...one, state: 'failed', failure });
    this.events.publish('scheduled.changed', { userId: one.senderId, scheduled });
  }
}
