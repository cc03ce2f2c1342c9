import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { ChatLogRepository, UnreadStretch } from './log/chat-log.repository.js';
import { UnreadCounts } from './unread-counts.service.js';

describe('UnreadCounts', () => {
  /** Of each chat the places of messages by others. */
  let others: Record<string, number[]>;
  let counts: UnreadCounts;
  const countUnread = vi.fn<ChatLogRepository['countUnread']>();

  beforeEach(() => {
    others = { one: [1, 2, 4, 5, 9], two: [3] };
    countUnread.mockReset().mockImplementation((_, stretches) => {
      const found = new Map<string, number>();
      for (const { chatId, afterSeq, toSeq } of stretches) {
        const within = (others[chatId] ?? []).filter((seq) => seq > afterSeq && seq <= toSeq).length;
        found.set(chatId, (found.get(chatId) ?? 0) + within);
      }
      return Promise.resolve(found);
    });
    counts = new UnreadCounts({ countUnread } as unknown as ChatLogRepository);
  });

  const of = async (userId: string, chats: Record<string, [afterSeq: number, toSeq: number][]>) => {
    const asked = Object.entries(chats).map(([chatId, stretches]): [string, UnreadStretch[]] => [
      chatId,
      stretches.map(([afterSeq, toSeq]) => ({ chatId, afterSeq, toSeq })),
    ]);
    return Object.fromEntries(await counts.of(userId, new Map(asked)));
  };
  const asked = () => countUnread.mock.calls.flatMap(([, stretches]) => stretches);

  it('should count once what does not move', async () => {
    const first = await of('ann', { one: [[0, 5]], two: [[0, 3]] });
    countUnread.mockClear();

    expect(await of('ann', { one: [[0, 5]], two: [[0, 3]] })).toEqual(first);
    expect(first).toEqual({ one: 4, two: 1 });
    expect(asked()).toEqual([]);
  });

  it('should count only what has come since', async () => {
    await of('ann', { one: [[0, 5]], two: [[0, 3]] });
    countUnread.mockClear();

    expect(await of('ann', { one: [[0, 9]], two: [[0, 3]] })).toEqual({ one: 5, two: 1 });
    expect(asked()).toEqual([{ chatId: 'one', afterSeq: 5, toSeq: 9 }]);
  });

  it('should count anew from another start, and what a head of before ends at', async () => {
    await of('ann', { one: [[0, 9]] });

    expect(await of('ann', { one: [[4, 9]] })).toEqual({ one: 2 });
    expect(await of('ann', { one: [[4, 5]] })).toEqual({ one: 1 });
    expect(await of('ann', { one: [[4, 9]] })).toEqual({ one: 2 });
  });

  it('should keep the counts around holes apart', async () => {
    const holes = { one: [[0, 1] as [number, number], [2, 5] as [number, number]] };
    expect(await of('ann', holes)).toEqual({ one: 3 });
    countUnread.mockClear();

    expect(
      await of('ann', {
        one: [
          [0, 1],
          [2, 9],
        ],
      }),
    ).toEqual({ one: 4 });
    expect(asked()).toEqual([{ chatId: 'one', afterSeq: 5, toSeq: 9 }]);
    expect(
      await of('ann', {
        one: [
          [0, 4],
          [5, 9],
        ],
      }),
    ).toEqual({ one: 4 });
  });

  it('should keep those of one user from another, and say nothing of chats that are read', async () => {
    await of('ann', { one: [[0, 9]] });
    countUnread.mockResolvedValue(new Map([['one', 1]]));

    expect(await of('bob', { one: [[0, 9]], two: [] })).toEqual({ one: 1 });
  });
});
