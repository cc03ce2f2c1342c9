import { beforeEach, describe, expect, it } from 'vitest';

import { TestClock } from '../../../test/support/test-clock.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { ChatsRepository } from '../chats.repository.js';
import { ChatWatermarks } from './chat-watermarks.js';

const CHATS = Array.from({ length: 4000 }, (_, n) => `chat ${n}`);
const [ONE = ''] = CHATS;

describe('ChatWatermarks', () => {
  let clock: TestClock;
  let isAway: boolean;
  let writes: { chatId: string; projectedRev: number; lastActivityAt?: Date }[];
  let told: string[];
  let watermarks: ChatWatermarks;
  let events: DomainEvents;

  beforeEach(() => {
    clock = new TestClock();
    isAway = false;
    writes = [];
    told = [];
    events = new DomainEvents();
    events.on('chats.moved', ({ chats }) => void told.push(...chats.map(({ chatId }) => chatId)));
    const moveWatermarks = (moves: typeof writes) => {
      if (isAway) return Promise.reject(new Error('the database is away'));
      writes.push(...moves);
      return Promise.resolve();
    };
    watermarks = new ChatWatermarks({ moveWatermarks } as unknown as ChatsRepository, clock, events);
  });

  const move = (chatId: string, rev: number) => watermarks.move(chatId, rev, clock.now());
  const revsOf = (id: string) =>
    writes.filter(({ chatId }) => chatId === id).map(({ projectedRev }) => projectedRev);
  /** Step by step: a timer that is set meanwhile has its turn too. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('should write several moves of a chat once, as the last of them says', async () => {
    for (const rev of [1, 2, 3]) move(ONE, rev);
    await pass(200);

    expect(revsOf(ONE)).toEqual([3]);
    expect(told).toEqual([ONE]);
  });

  it('should write a lively chat again at once among few', async () => {
    move(ONE, 1);
    await pass(200);
    move(ONE, 2);
    await pass(200);

    expect(revsOf(ONE)).toEqual([1, 2]);
  });

  it('should let a lively chat rest among many, and write it in the end', async () => {
    for (const chatId of CHATS) move(chatId, 1);
    await pass(600);
    move(ONE, 2);
    await pass(1000);
    expect(revsOf(ONE)).toEqual([1]);
    expect(told.filter((chatId) => chatId === ONE)).toHaveLength(2);

    await pass(10_000);
    expect(revsOf(ONE)).toEqual([1, 2]);
    // Once more: whoever has read the row meanwhile has read it as it was.
    expect(told.filter((chatId) => chatId === ONE)).toHaveLength(3);
  });

  it('should not keep a chat waiting that was quiet before, nor a change of a message', async () => {
    for (const chatId of CHATS.slice(2)) move(chatId, 1);
    await pass(600);
    move(ONE, 1);
    watermarks.move('chat 2', 2, null);
    await pass(600);

    expect(revsOf(ONE)).toEqual([1]);
    expect(revsOf('chat 2')).toEqual([1, 2]);
  });

  it('should write what somebody is about to read, though it rests', async () => {
    for (const chatId of CHATS) move(chatId, 1);
    await watermarks.flush();
    move(ONE, 2);
    move('chat 1', 2);
    await watermarks.catchUp([ONE, 'unknown']);

    expect(revsOf(ONE)).toEqual([1, 2]);
    expect(revsOf('chat 1')).toEqual([1]);
  });

  it('should keep what the database did not take, and what has come since', async () => {
    isAway = true;
    move(ONE, 1);
    const movedAt = clock.now();
    move('chat 1', 1);
    await pass(200);
    watermarks.move(ONE, 2, null);
    isAway = false;
    await pass(600);

    expect(writes).toEqual([
      { chatId: ONE, projectedRev: 2, lastActivityAt: movedAt },
      expect.objectContaining({ chatId: 'chat 1', projectedRev: 1 }),
    ]);
  });

  it('should write all that rests at the end', async () => {
    for (const chatId of CHATS) move(chatId, 1);
    await watermarks.flush();
    for (const chatId of CHATS) move(chatId, 2);
    await watermarks.flush();

    expect(writes).toHaveLength(2 * CHATS.length);
  });
});
