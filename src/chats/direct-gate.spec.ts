import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ForbiddenError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import type { BlocksService } from '../users/blocks.service.js';
import type { PrivacyService } from '../users/privacy.service.js';
import type { UsersService } from '../users/users.service.js';
import { DirectGate } from './direct-gate.js';
import type { ChatLogRepository } from './log/chat-log.repository.js';
import type { ChatLog } from './log/chat-log.service.js';

const MEMBERS: Record<string, string[]> = {
  direct: ['ann', 'bob'],
  other: ['cat', 'dan'],
  group: ['ann', 'bob'],
};

describe('DirectGate', () => {
  const may = vi.fn<PrivacyService['may']>();
  const between = vi.fn<BlocksService['between']>();
  const hasWritten = vi.fn<ChatLogRepository['hasWritten']>();
  const isDeleted = vi.fn<UsersService['isDeleted']>();
  let events: DomainEvents;
  let gate: DirectGate;

  beforeEach(() => {
    may.mockReset().mockResolvedValue(true);
    between.mockReset().mockResolvedValue({ isBlocked: false, hasBlocked: false });
    hasWritten.mockReset().mockResolvedValue(false);
    isDeleted.mockReset().mockResolvedValue(false);
    events = new DomainEvents();
    const state = (chatId: string) => {
      const audience = MEMBERS[chatId] ?? [];
      const type = chatId === 'group' ? 'group' : 'direct';
      return { type, audience, has: (id: string) => audience.includes(id) };
    };
    gate = new DirectGate(
      { state: (chatId: string) => Promise.resolve(state(chatId)), known: state } as unknown as ChatLog,
      { hasWritten } as unknown as ChatLogRepository,
      { may } as unknown as PrivacyService,
      { between } as unknown as BlocksService,
      { isDeleted } as unknown as UsersService,
      events,
    );
    gate.onModuleInit();
  });

  it('should look up a pair once, whatever the number of messages, also at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => gate.assertOpen('ann', 'direct')));
    for (let i = 0; i < 50; i += 1) await gate.assertOpen('ann', 'direct');

    expect(may.mock.calls).toEqual([['ann', 'bob', 'messages']]);
  });

  it('should ask for each direction by itself, and never for groups', async () => {
    await gate.assertOpen('ann', 'group');
    await gate.assertOpen('ann', 'direct');
    await gate.assertOpen('bob', 'direct');

    expect(may.mock.calls.map(([sender]) => sender)).toEqual(['ann', 'bob']);
  });

  it('should be closed to who was deleted, even where they had written, from that moment on', async () => {
    await gate.assertOpen('ann', 'direct');
    may.mockResolvedValue(false);
    hasWritten.mockResolvedValue(true);
    isDeleted.mockResolvedValue(true);
    await gate.assertOpen('ann', 'direct');

    events.publish('user.deleted', { userId: 'bob' });

    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(ForbiddenError);
  });

  it('should leave outsiders to the write itself', async () => {
    await gate.assertOpen('eve', 'direct');

    expect(may).not.toHaveBeenCalled();
  });

  it.each([
    ['user.blocked', { userId: 'bob', blockedId: 'ann' }],
    ['user.blocked', { userId: 'ann', blockedId: 'bob' }],
    ['user.unblocked', { userId: 'bob', blockedId: 'ann' }],
    ['user.privacy_changed', { userId: 'bob' }],
    ['contact.saved', { userId: 'bob', contactId: 'ann' }],
    ['contact.removed', { userId: 'bob', contactId: 'ann' }],
  ] as const)('should ask again after %s %j, about that user only', async (name, payload) => {
    await gate.assertOpen('ann', 'direct');
    await gate.assertOpen('cat', 'other');
    may.mockClear().mockResolvedValue(false);

    events.publish(name, payload);

    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(ForbiddenError);
    await gate.assertOpen('cat', 'other');
  });

  it('should not keep what was looked up while it changed', async () => {
    let answer: (isOpen: boolean) => void = () => undefined;
    may.mockReturnValueOnce(new Promise<boolean>((resolve) => (answer = resolve)));
    const before = gate.assertOpen('ann', 'direct');
    await vi.waitUntil(() => may.mock.calls.length === 1);

    events.publish('user.blocked', { userId: 'bob', blockedId: 'ann' });
    may.mockResolvedValue(false);
    answer(true);
    await before;

    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(ForbiddenError);
  });

  it('should not remember a refusal nor a failure', async () => {
    may.mockRejectedValueOnce(new Error('database away')).mockResolvedValueOnce(false);
    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow('database away');
    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(ForbiddenError);

    hasWritten.mockResolvedValue(true);
    may.mockResolvedValue(false);
    await gate.assertOpen('ann', 'direct');
  });

  it('should refuse across a block even where the other has written, and name an own block only', async () => {
    may.mockResolvedValue(false);
    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(/does not accept/);
    hasWritten.mockResolvedValue(true);

    between.mockResolvedValue({ isBlocked: true, hasBlocked: false });
    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(/does not accept/);
    between.mockResolvedValue({ isBlocked: true, hasBlocked: true });
    await expect(gate.assertOpen('ann', 'direct')).rejects.toThrow(/unblock/);
  });
});
