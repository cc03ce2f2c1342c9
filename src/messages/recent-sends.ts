import { Injectable } from '@nestjs/common';

import type { AppendResult } from '../chats/log/log-append.js';
import type { MessageView } from './message.view.js';

/** Twice as many are remembered at most: more would be read from beyond the processor's caches, and be copied by each collection. */
const GENERATION = 1024;

/** Under way, or the id of the message that it became. */
export type RecentSend = Promise<AppendResult<MessageView>> | string;

/**
 * Sends of the last moments by client message id: a retry, also one that comes while the first is still
 * under way, is known without an insert that the unique index refuses. What is not here any more, or was
 * sent through another node, is recognised by that index. Of what is stored only the id is kept: messages
 * that live on for seconds are what a garbage collector copies. Two generations, of which the elder is
 * dropped whole: keeping so many in the order of their use would cost more than it saves.
 */
@Injectable()
export class RecentSends {
  private young = new Map<string, RecentSend>();
  private old = new Map<string, RecentSend>();

  find(key: string): RecentSend | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: string, send: RecentSend): void {
    this.young.set(key, send);
    if (this.young.size < GENERATION) return;
    this.old = this.young;
    this.young = new Map();
  }

  /** A refused send leaves no trace: the next try is a first one. */
  forget(key: string): void {
    this.young.delete(key);
    this.old.delete(key);
  }
}
