import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { ForbiddenError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import { BlocksService } from '../users/blocks.service.js';
import { PrivacyService } from '../users/privacy.service.js';
import { UsersService } from '../users/users.service.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import { ChatLog } from './log/chat-log.service.js';
import type { ChatState } from './log/chat-state.js';

/** A block looks exactly like privacy that admits nobody. */
const REFUSED = 'This person does not accept messages from you';
const OWN_BLOCK = 'You have blocked this person: unblock them to write to them';

/** Users whose changes are remembered one by one; beyond, all verdicts are dropped instead. */
const MAX_CHANGES = 10_000;
/** Bounds how long a change made on another node goes unnoticed, should its event be lost. */
const VERDICT_TTL_MS = 60_000;

type Verdict = 'open' | 'refused' | 'own-block';

interface Judged {
  /** The changes known when it was looked up. */
  asOf: number;
  verdict: Promise<Verdict>;
  /** Found so, not being looked up. */
  isOpen: boolean;
}

/**
 * Who may write to whom in direct chats: nobody across a block; else whom the recipient's `messages`
 * setting admits, and everybody in a chat in which the recipient has written before. Asked per message:
 * what was open is remembered until one of the two changes blocks, contacts or privacy.
 */
@Injectable()
export class DirectGate implements OnModuleInit {
  private readonly verdicts = new LRUCache<string, Judged>({
    max: 50_000,
    ttl: VERDICT_TTL_MS,
    // How old they are is asked per message: of the second, not of a clock with a timer for each millisecond.
    ttlResolution: 1000,
  });
  private readonly changedAt = new Map<string, number>();
  private changes = 0;

  constructor(
    private readonly chatLog: ChatLog,
    private readonly log: ChatLogRepository,
    private readonly privacy: PrivacyService,
    private readonly blocks: BlocksService,
    private readonly users: UsersService,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    const forget = ({ userId }: { userId: string }) => this.forget(userId);
    this.events.onAnywhere('user.deleted', forget);
    this.events.onAnywhere('user.blocked', forget);
    this.events.onAnywhere('user.unblocked', forget);
    this.events.onAnywhere('user.privacy_changed', forget);
    this.events.onAnywhere('contact.saved', forget);
    this.events.onAnywhere('contact.removed', forget);
    this.events.onGap(() => this.forgetAll());
  }

  /** Whether `assertOpen` would say nothing, as far as is known without a query: a yes is one. */
  isKnownOpen(senderId: string, chatId: string): boolean {
    const state = this.chatLog.known(chatId);
    if (!state) return false;
    const recipientId = recipientOf(state, senderId);
    return recipientId === undefined || this.known(senderId, recipientId)?.isOpen === true;
  }

  /** Before a message is written to a chat; membership is checked by the write itself. */
  async assertOpen(senderId: string, chatId: string): Promise<void> {
    const state = await this.chatLog.state(chatId);
    const recipientId = recipientOf(state, senderId);
    if (recipientId === undefined) return;
    const verdict = await this.remembered(senderId, recipientId, chatId);
    if (verdict === 'own-block') throw new ForbiddenError(OWN_BLOCK);
    if (verdict === 'refused') throw new ForbiddenError(REFUSED);
  }

  /** Whether the two could exchange messages if there were a chat: to decide whom a new one is shown. */
  async mayStart(senderId: string, recipientId: string): Promise<boolean> {
    return this.privacy.may(senderId, recipientId, 'messages');
  }

  /** Before a chat is made only for a message that would be refused in it. */
  async assertMayStart(senderId: string, recipientId: string): Promise<void> {
    if (!(await this.mayStart(senderId, recipientId))) throw new ForbiddenError(REFUSED);
  }

  private remembered(senderId: string, recipientId: string, chatId: string): Promise<Verdict> {
    const known = this.known(senderId, recipientId);
    if (known) return known.verdict;
    // Stamped before it is looked up: a change meanwhile makes it void.
    const verdict = this.judge(senderId, recipientId, chatId);
    const entry: Judged = { asOf: this.changes, verdict, isOpen: false };
    const key = senderId + recipientId;
    this.verdicts.set(key, entry);
    const drop = () => this.verdicts.get(key) === entry && this.verdicts.delete(key);
    // Refusals are rare and may end without an event (the recipient writes): asked anew each time.
    verdict.then((found) => {
      if (found === 'open') entry.isOpen = true;
      else drop();
    }, drop);
    return verdict;
  }

  private known(senderId: string, recipientId: string): Judged | undefined {
    const known = this.verdicts.get(senderId + recipientId);
    const changedAt = Math.max(this.changedAt.get(senderId) ?? 0, this.changedAt.get(recipientId) ?? 0);
    return known && known.asOf >= changedAt ? known : undefined;
  }

  private async judge(senderId: string, recipientId: string, chatId: string): Promise<Verdict> {
    if (await this.privacy.may(senderId, recipientId, 'messages')) return 'open';
    const { isBlocked, hasBlocked } = await this.blocks.between(senderId, recipientId);
    if (hasBlocked) return 'own-block';
    if (isBlocked) return 'refused';
    if (!(await this.log.hasWritten(chatId, recipientId))) return 'refused';
    return (await this.users.isDeleted(recipientId)) ? 'refused' : 'open';
  }

  private forget(userId: string): void {
    if (this.changedAt.size >= MAX_CHANGES) this.forgetAll();
    this.changedAt.set(userId, (this.changes += 1));
  }

  private forgetAll(): void {
    this.changedAt.clear();
    this.verdicts.clear();
  }
}

/** Whom a member of a direct chat writes to; nobody else's messages pass a gate. */
function recipientOf(state: ChatState, senderId: string): string | undefined {
  if (state.type !== 'direct' || !state.has(senderId)) return undefined;
  return state.audience.find((id) => id !== senderId);
}
