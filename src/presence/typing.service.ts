import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { Clock, type ClockTimer } from '../common/clock.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import type { TypingKind } from '../realtime/socket-events.js';

/** Without a new `typing` for so long the server says the stop itself. */
export const TYPING_ENDS_AFTER_MS = 6000;

/** Typing signals to the other members of a chat: never stored, dropped where they can't be taken at once. */
@Injectable()
export class TypingService implements OnApplicationShutdown {
  private readonly running = new Map<string, ClockTimer>();

  constructor(
    private readonly access: ChatAccess,
    private readonly publisher: RealtimePublisher,
    private readonly clock: Clock,
  ) {}

  async start(userId: string, chatId: string, kind: TypingKind): Promise<void> {
    const others = await this.others(userId, chatId);
    const key = `${chatId}:${userId}`;
    this.running.get(key)?.cancel();
    // Asks again who is in the chat by then; somebody removed meanwhile has nothing to stop.
    const stop = () => {
      this.running.delete(key);
      void this.stop(userId, chatId, kind).catch(() => undefined);
    };
    this.running.set(key, this.clock.setTimer(TYPING_ENDS_AFTER_MS, stop));
    this.publisher.toUsersVolatile(others, 'user_typing', { chatId, userId, kind });
  }

  async stop(userId: string, chatId: string, kind: TypingKind): Promise<void> {
    const others = await this.others(userId, chatId);
    const key = `${chatId}:${userId}`;
    this.running.get(key)?.cancel();
    this.running.delete(key);
    this.publisher.toUsersVolatile(others, 'user_stop_typing', { chatId, userId, kind });
  }

  onApplicationShutdown(): void {
    for (const timer of this.running.values()) timer.cancel();
  }

  private async others(userId: string, chatId: string): Promise<string[]> {
    const state = await this.access.assertMember(userId, chatId);
    return state.audience.filter((id) => id !== userId);
  }
}
