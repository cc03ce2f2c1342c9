import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ClusterLink } from '../cluster/cluster-link.js';
import { DomainEvents } from '../events/domain-events.js';
import { LiveSessions } from './live-sessions.js';
import { SessionsRepository, type SessionUse } from './sessions.repository.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const USER = { userId: 'ann', sessionId: 'phone' };
const USE: SessionUse = { lastUsedAt: NOW, expiresAt: new Date(NOW.getTime() + 60_000) };

function setUp(link: ClusterLink | null = null) {
  const events = new DomainEvents();
  const findUse = vi.fn<SessionsRepository['findUse']>().mockResolvedValue(USE);
  const repository = Object.assign(Object.create(SessionsRepository.prototype), { findUse });
  const live = new LiveSessions(repository, events, link);
  live.onModuleInit();
  const end = (sessionId: string) =>
    events.publish('session.revoked', { userId: USER.userId, sessionIds: [sessionId] });
  return { live, findUse, end };
}

describe('LiveSessions', () => {
  let { live, findUse, end } = setUp();

  beforeEach(() => ({ live, findUse, end } = setUp()));

  it('should ask once about a session that lives', async () => {
    expect(await live.find(USER, NOW)).toEqual(USE);
    expect(await live.find(USER, NOW)).toEqual(USE);

    expect(findUse).toHaveBeenCalledTimes(1);
  });

  it('should ask again about one that has ended, and not about another', async () => {
    await live.find(USER, NOW);
    await live.find({ userId: 'ann', sessionId: 'laptop' }, NOW);
    findUse.mockResolvedValue(null);
    end(USER.sessionId);

    expect(await live.find(USER, NOW)).toBeNull();
    expect(await live.find({ userId: 'ann', sessionId: 'laptop' }, NOW)).toEqual(USE);
    expect(findUse).toHaveBeenCalledTimes(3);
  });

  it('should forget what was being looked up when the session ended', async () => {
    let answer: (use: SessionUse | null) => void = () => undefined;
    findUse.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const before = live.find(USER, NOW);
    end(USER.sessionId);
    answer(USE);
    await before;
    findUse.mockResolvedValue(null);

    expect(await live.find(USER, NOW)).toBeNull();
  });

  it('should believe nobody who names the session of somebody else', async () => {
    await live.find(USER, NOW);
    findUse.mockResolvedValue(null);

    expect(await live.find({ ...USER, userId: 'eve' }, NOW)).toBeNull();
    expect(findUse).toHaveBeenLastCalledWith({ id: USER.sessionId, userId: 'eve', now: NOW });
  });

  it('should ask again at its end, which a refresh may have moved', async () => {
    await live.find(USER, NOW);
    const later = { lastUsedAt: NOW, expiresAt: new Date(NOW.getTime() + 120_000) };
    findUse.mockResolvedValue(later);

    expect(await live.find(USER, USE.expiresAt)).toEqual(later);
  });

  it.each([
    ['that is not live', () => findUse.mockResolvedValueOnce(null)],
    ['that could not be looked up', () => findUse.mockRejectedValueOnce(new Error('the database is down'))],
  ])('should not remember one %s', async (_, answer) => {
    answer();
    await live.find(USER, NOW).catch(() => undefined);

    expect(await live.find(USER, NOW)).toEqual(USE);
  });

  it('should remember nothing where there are other nodes', async () => {
    ({ live, findUse } = setUp(Object.create(ClusterLink.prototype) as ClusterLink));

    await live.find(USER, NOW);
    await live.find(USER, NOW);

    expect(findUse).toHaveBeenCalledTimes(2);
  });
});
