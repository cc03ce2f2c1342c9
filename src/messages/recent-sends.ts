import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { AppendResult } from '../chats/log/chat-log.service.js';

/**
 * Sends of the last moments by client message id: retries, also those that come while the first is
 * still under way, get its result without a trip to the database. What is not here any more, or was
 * sent through another node, is recognised by the unique index.
 */
@Injectable()
export class RecentSends {
  private readonly sends = new LRUCache<string, Promise<AppendResult>>({ max: 5000 });

  find(senderId: string, chatId: string, clientMessageId: string): Promise<AppendResult> | undefined {
    return this.sends.get(senderId + chatId + clientMessageId);
  }

  add(senderId: string, chatId: string, clientMessageId: string, send: Promise<AppendResult>): void {
    const key = senderId + chatId + clientMessageId;
    this.sends.set(key, send);
    // A refused send leaves no trace: the next try is a first one.
    send.catch(() => this.sends.get(key) === send && this.sends.delete(key));
  }
}
