import { Injectable } from '@nestjs/common';

import type { Membership } from '../../chats/chat-members.repository.js';
import { ChatLogRepository } from '../../chats/log/chat-log.repository.js';
import type { ChatType } from '../../chats/log/chat-state.js';
import { ChatReceiptsRepository } from '../../chats/receipts/chat-receipts.repository.js';
import { receiptTimesOf } from '../../chats/receipts/receipt-moments.js';
import { ReceiptMoves } from '../../chats/receipts/receipt-moves.service.js';
import { ReceiptPrivacy } from '../../chats/receipts/receipt-privacy.js';
import { BlocksService } from '../../users/blocks.service.js';
import { PrivacyService } from '../../users/privacy.service.js';
import { ConnectionsOnNodes } from './connections-on-nodes.service.js';
import type { KnownConnections } from './connections.service.js';
import type { Sight } from './trace-reason.js';

export interface TracedMessage {
  chatId: string;
  type: ChatType;
  seq: number;
  senderId: string;
  sentAt: Date;
}

/** What is stored about a message and one member of its chat, as far as the sender may know. */
export interface RecipientFacts {
  /** They were in the chat when it was sent. */
  isRecipient: boolean;
  leftAt?: Date;
  deliveredAt?: Date;
  readAt?: Date;
  /** By the sender. */
  blockedAt?: Date;
  sight: Sight;
  connections: KnownConnections;
}

export interface FoundFacts {
  byUser: Map<string, RecipientFacts>;
  /** Nodes whose open connections are not among them, if any. */
  unheardNodes: string[] | undefined;
}

const NOTHING: Sight = { online: false, lastSeen: false };

/** Looks up what a trace is made of: a fixed number of queries for a page of members. */
@Injectable()
export class TraceFacts {
  constructor(
    private readonly log: ChatLogRepository,
    private readonly receipts: ChatReceiptsRepository,
    private readonly moves: ReceiptMoves,
    private readonly receiptPrivacy: ReceiptPrivacy,
    private readonly privacy: PrivacyService,
    private readonly blocks: BlocksService,
    private readonly connections: ConnectionsOnNodes,
  ) {}

  async of(message: TracedMessage, members: Membership[]): Promise<FoundFacts> {
    const { chatId, senderId, seq } = message;
    const ids = members.map(({ userId }) => userId);
    const [receipts, moves, areReadsShown, may, blockedSince, connections, endings] = await Promise.all([
      this.receipts.findByChats([chatId]),
      this.moves.find(chatId, ids),
      this.areReadsShown(message, ids),
      this.privacy.admission(senderId, ids),
      this.blocks.blockedSince(senderId, ids),
      this.connections.of(ids),
      this.endingsOf(chatId, members),
    ]);
    const marks = receipts.get(chatId)?.marks ?? {};
    const byUser = new Map(
      members.map(({ userId, isActive, spans }) => {
        const leftRev = isActive ? null : spans.at(-1)?.toRev;
        // Whoever is gone shares no chat with the sender any more: their coming and going is their own.
        const sight = isActive
          ? { online: may(userId, 'online'), lastSeen: may(userId, 'lastSeen') }
          : NOTHING;
        const { deliveredAt, readAt } = receiptTimesOf(seq, marks[userId], moves.get(userId));
        const facts: RecipientFacts = {
          deliveredAt,
          readAt: areReadsShown ? readAt : undefined,
          isRecipient: spans.some(({ fromSeq, toSeq }) => fromSeq <= seq && seq <= (toSeq ?? seq)),
          leftAt: leftRev ? endings.get(leftRev) : undefined,
          blockedAt: blockedSince.get(userId),
          sight,
          connections: connections.byUser.get(userId) ?? { spans: [], since: message.sentAt },
        };
        return [userId, facts];
      }),
    );
    return { byUser, unheardNodes: connections.unheardNodes };
  }

  /** In a chat of two only while both show what they read. */
  private async areReadsShown({ type, senderId }: TracedMessage, ids: string[]): Promise<boolean> {
    const [partnerId] = ids;
    return type === 'group' || partnerId === undefined || this.receiptPrivacy.isShown(partnerId, senderId);
  }

  /** When those left who are gone, by the `rev` of their leaving. */
  private async endingsOf(chatId: string, members: Membership[]): Promise<Map<number, Date>> {
    const revs = members.flatMap(({ isActive, spans }) => (isActive ? [] : (spans.at(-1)?.toRev ?? [])));
    return revs.length > 0 ? this.log.findTimes(chatId, revs) : new Map<number, Date>();
  }
}
