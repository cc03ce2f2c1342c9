import type { BlocksService } from '../users/blocks.service.js';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { TestClock } from '../../test/support/test-clock.js';
import type { ChatAccess } from '../chats/chat-access.js';
import type { ChatState } from '../chats/log/chat-state.js';
import { ForbiddenError } from '../common/errors/app-error.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { TYPING_ENDS_AFTER_MS, TypingService } from './typing.service.js';

describe('TypingService', () => {
  let clock: TestClock;
  let typing: TypingService;
  let told: unknown[];
  let audience: string[];

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    audience = ['ann', 'bob', 'carol'];
    const access = {
      assertMember: (userId: string) =>
        audience.includes(userId)
          ? Promise.resolve({ audience } as unknown as ChatState)
          : Promise.reject(new ForbiddenError()),
    } as unknown as ChatAccess;
    const publisher = new RealtimePublisher();
    vi.spyOn(publisher, 'toUsersVolatile').mockImplementation(
      (users, event) => void told.push([users, event]),
    );
    const blocks = {
      withoutBlocked: (_userId: string, others: string[]) => Promise.resolve(others),
    } as unknown as BlocksService;
    typing = new TypingService(access, blocks, publisher, clock);
  });

  /** What the timer starts goes on after it. */
  async function advance(ms: number): Promise<void> {
    clock.advance(ms);
    for (let turns = 0; turns < 6; turns += 1) await Promise.resolve();
  }

  const started = [['bob', 'carol'], 'user_typing'];
  const stopped = [['bob', 'carol'], 'user_stop_typing'];

  it('should tell the others, and of the end by itself', async () => {
    await typing.start('ann', 'c', 'text');
    await advance(TYPING_ENDS_AFTER_MS);
    await advance(TYPING_ENDS_AFTER_MS);

    expect(told).toEqual([started, stopped]);
  });

  it('should put the end off with every sign', async () => {
    await typing.start('ann', 'c', 'text');
    await advance(TYPING_ENDS_AFTER_MS - 1000);
    await typing.start('ann', 'c', 'text');
    await advance(TYPING_ENDS_AFTER_MS - 1000);
    expect(told).toEqual([started, started]);

    await advance(1000);
    expect(told).toEqual([started, started, stopped]);
  });

  it('should end once', async () => {
    await typing.start('ann', 'c', 'text');
    await typing.stop('ann', 'c', 'text');
    await advance(TYPING_ENDS_AFTER_MS);

    expect(told).toEqual([started, stopped]);
  });

  it('should keep chats and people apart', async () => {
    await typing.start('ann', 'c', 'text');
    await typing.start('ann', 'd', 'text');
    await typing.start('bob', 'c', 'text');
    await typing.stop('ann', 'c', 'text');
    told.length = 0;

    await advance(TYPING_ENDS_AFTER_MS);

    expect(told).toEqual([stopped, [['ann', 'carol'], 'user_stop_typing']]);
  });

  it('should leave nothing behind of who is no member any more', async () => {
    await typing.start('ann', 'c', 'text');
    audience = ['bob', 'carol'];

    await advance(TYPING_ENDS_AFTER_MS);

    expect(told).toEqual([started]);
    expect((typing as unknown as { running: Map<string, unknown> }).running.size).toBe(0);
  });

  it('should refuse who is no member', async () => {
    await expect(typing.start('eve', 'c', 'text')).rejects.toThrow(ForbiddenError);
    await expect(typing.stop('eve', 'c', 'text')).rejects.toThrow(ForbiddenError);

    expect(told).toEqual([]);
  });
});
