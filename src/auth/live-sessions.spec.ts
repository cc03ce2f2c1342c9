import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ClusterLink } from '../cluster/cluster-link.js';
import { DomainEvents } from '../events/domain-events.js';
import { LiveSessions } from './live-sessions.js';
import { SessionsRepository, type SessionUse } from './sessions.repository.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const USER = { userId: 'ann', sessionId: 'phone' };
const USE: SessionUse = { userId: 'ann', lastUsedAt: NOW, expiresAt: new Date(NOW.getTime() + 60_000) };

function setUp(link: ClusterLink | null = null) {
  const events = new DomainEvents();
  const findLive = vi.fn<SessionsRepository['findLive']>().mockImplementation(() => all(USE));
  const repository = Object.assign(Object.create(SessionsRepository.prototype), { findLive });
  const live = new LiveSessions(repository, events, link);
  live.onModuleInit();
  const end = (sessionId: string) =>
    events.publish('session.revoked', { userId: USER.userId, sessionIds: [sessionId] });
  return { live, findLive, end };
}

/** Of both of Ann's sessions the same. */
async function all(use: SessionUse | null): Promise<Map<string, SessionUse>> {
  return new Map(use ? ['phone', 'laptop'].map((id) => [id, use] as const) : []);
}

describe('LiveSessions', () => {
  let { live, findLive, end } = setUp();

  beforeEach(() => ({ live, findLive, end } = setUp()));

  it('should ask once about a session that lives', async () => {
    expect(await live.find(USER, NOW)).toEqual(USE);
    expect(await live.find(USER, NOW)).toEqual(USE);

    expect(findLive).toHaveBeenCalledTimes(1);
  });

  it('should ask once for all who come at once', async () => {
    const come = ['phone', 'laptop', 'none'].map((sessionId) => live.find({ userId: 'ann', sessionId }, NOW));

    expect(await Promise.all(come)).toEqual([USE, USE, null]);
    expect(findLive.mock.calls).toEqual([[['phone', 'laptop', 'none'], NOW]]);
  });

  it('should ask again about one that has ended, and not about another', async () => {
    await live.find(USER, NOW);
    await live.find({ userId: 'ann', sessionId: 'laptop' }, NOW);
    findLive.mockImplementation(() => all(null));
    end(USER.sessionId);

    expect(await live.find(USER, NOW)).toBeNull();
    expect(await live.find({ userId: 'ann', sessionId: 'laptop' }, NOW)).toEqual(USE);
    expect(findLive).toHaveBeenCalledTimes(3);
  });

  it('should forget what was being looked up when the session ended', async () => {
    let answer: () => void = () => undefined;
    findLive.mockReturnValueOnce(new Promise((resolve) => (answer = () => resolve(all(USE)))));
    const before = live.find(USER, NOW);
    await vi.waitUntil(() => findLive.mock.calls.length > 0);
    end(USER.sessionId);
    answer();
    await before;
    findLive.mockImplementation(() => all(null));

    expect(await live.find(USER, NOW)).toBeNull();
  });

  it('should believe nobody who names the session of somebody else', async () => {
    await live.find(USER, NOW);

    expect(await live.find({ ...USER, userId: 'eve' }, NOW)).toBeNull();
    expect(findLive).toHaveBeenCalledTimes(2);
  });

  it('should ask again at its end, which a refresh may have moved', async () => {
    await live.find(USER, NOW);
    const later = { userId: 'ann', lastUsedAt: NOW, expiresAt: new Date(NOW.getTime() + 120_000) };
    findLive.mockImplementation(() => all(later));

    expect(await live.find(USER, USE.expiresAt)).toEqual(later);
  });

  it.each([
    ['that is not live', () => findLive.mockImplementationOnce(() => all(null))],
    ['that could not be looked up', () => findLive.mockRejectedValueOnce(new Error('the database is down'))],
  ])('should not remember one %s', async (_, answer) => {
    answer();
    await live.find(USER, NOW).catch(() => undefined);

    expect(await live.find(USER, NOW)).toEqual(USE);
  });

  it('should remember nothing where there are other nodes', async () => {
    ({ live, findLive } = setUp(Object.create(ClusterLink.prototype) as ClusterLink));

    await live.find(USER, NOW);
    await live.find(USER, NOW);

    expect(findLive).toHaveBeenCalledTimes(2);
  });
});
