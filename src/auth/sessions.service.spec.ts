import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Clock } from '../common/clock.js';
import { NotFoundError, UnauthenticatedError } from '../common/errors/app-error.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { LiveSessions } from './live-sessions.js';
import { hashOf, newRefreshToken } from './refresh-token.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

const USER = { userId: '665f1f77bcf86cd799439011', sessionId: '665f1f77bcf86cd799439012', expiresAtMs: 0 };
const NOW = new Date('2030-01-01T00:00:00Z');
const MINUTE = 60_000;
const LATER = new Date(NOW.getTime() + MINUTE);

class StillClock extends Clock {
  override nowMs(): number {
    return NOW.getTime();
  }
}

const config = AppConfig.from({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32), REFRESH_EXPIRES_IN: '30d' });

function setUp() {
  const events = new DomainEvents();
  const revoked: unknown[] = [];
  events.on('session.revoked', (payload) => void revoked.push(payload));
  const calls = {
    insert: vi.fn<SessionsRepository['insert']>().mockResolvedValue(),
    removeExpired: vi.fn<SessionsRepository['removeExpired']>().mockResolvedValue(),
    findLive: vi.fn<SessionsRepository['findLive']>(),
    markUsed: vi.fn<SessionsRepository['markUsed']>().mockResolvedValue(),
    rotate: vi.fn<SessionsRepository['rotate']>(),
    findFamily: vi.fn<SessionsRepository['findFamily']>(),
    remove: vi.fn<SessionsRepository['remove']>(),
    removeAllBut: vi.fn<SessionsRepository['removeAllBut']>(),
  };
  const repository = Object.assign(Object.create(SessionsRepository.prototype), calls);
  const live = new LiveSessions(repository, events, null);
  const sessions = new SessionsService(repository, live, config, new StillClock(), events);
  return { calls, revoked, sessions };
}

const lastUsed = (lastUsedAt: Date) =>
  new Map([[USER.sessionId, { userId: USER.userId, lastUsedAt, expiresAt: LATER }]]);

/** All who use a session in the same turn are noted together, behind it. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('SessionsService', () => {
  let { calls, revoked, sessions } = setUp();

  beforeEach(() => ({ calls, revoked, sessions } = setUp()));

  it('should store hashes of the tokens, never the tokens', async () => {
    const { sessionId, refreshToken } = await sessions.open(USER.userId, 'Phone');

    const [, family, secret] = refreshToken.split('.');
    const stored = calls.insert.mock.calls[0]![0];
    expect(stored).toMatchObject({
      id: sessionId,
      refreshHash: hashOf(refreshToken),
      familyHash: hashOf(family!),
    });
    expect(stored.expiresAt).toEqual(new Date(NOW.getTime() + 30 * 24 * 60 * MINUTE));
    expect(JSON.stringify(stored)).not.toContain(family);
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  it('should end a session whose old token comes back, and say so', async () => {
    const old = newRefreshToken(USER.sessionId);
    calls.rotate.mockResolvedValue(null);
    calls.remove.mockResolvedValue(true);
    calls.findFamily.mockResolvedValue({ userId: USER.userId, familyHash: hashOf(old.family) });

    await expect(sessions.rotate(old.text)).rejects.toThrow(UnauthenticatedError);

    expect(calls.remove).toHaveBeenCalledWith(USER.userId, USER.sessionId);
    expect(revoked).toEqual([{ userId: USER.userId, sessionIds: [USER.sessionId] }]);
  });

  it('should leave a session alone whose token was only guessed', async () => {
    calls.rotate.mockResolvedValue(null);
    calls.findFamily.mockResolvedValue({ userId: USER.userId, familyHash: hashOf('another family') });

    await expect(sessions.rotate(newRefreshToken(USER.sessionId).text)).rejects.toThrow(UnauthenticatedError);

    expect(calls.remove).not.toHaveBeenCalled();
    expect(revoked).toEqual([]);
  });

  it('should not ask the store about what is no token', async () => {
    await expect(sessions.rotate('garbage')).rejects.toThrow(UnauthenticatedError);

    expect(calls.rotate).not.toHaveBeenCalled();
  });

  it('should refuse a session that is not live', async () => {
    calls.findLive.mockResolvedValue(new Map());

    await expect(sessions.assertLive(USER)).rejects.toThrow(UnauthenticatedError);
  });

  it.each([
    [9 * MINUTE, 0],
    [10 * MINUTE, 1],
  ])('should note its use when the last was %i ms ago: %i times', async (age, times) => {
    const lastUsedAt = new Date(NOW.getTime() - age);
    calls.findLive.mockResolvedValue(lastUsed(lastUsedAt));

    await sessions.assertLive(USER);
    await nextTurn();

    expect(calls.markUsed).toHaveBeenCalledTimes(times);
  });

  it('should note the uses of a crowd, who come one after the other, by one update and another', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => USER.sessionId.slice(0, -1) + String(index));
    const use = { userId: USER.userId, lastUsedAt: new Date(0), expiresAt: LATER };
    calls.findLive.mockImplementation((asked) =>
      Promise.resolve(new Map(asked.map((id) => [id, { ...use }]))),
    );
    const come = (sessionId: string) => sessions.assertLive({ userId: USER.userId, sessionId });

    await Promise.all(ids.slice(0, 4).map(come));
    await nextTurn();
    for (const id of ids.slice(4)) await come(id);

    await vi.waitFor(() => expect(calls.markUsed).toHaveBeenCalledTimes(2));
    expect(calls.markUsed.mock.calls.map(([noted]) => noted)).toEqual([ids.slice(0, 4), ids.slice(4)]);
  });

  it('should let a request through whose use could not be noted', async () => {
    calls.findLive.mockResolvedValue(lastUsed(new Date(0)));
    calls.markUsed.mockRejectedValue(new Error('the database is down'));

    await expect(sessions.assertLive(USER)).resolves.toBeUndefined();
  });

  it('should publish the end of a session once it is gone', async () => {
    calls.remove.mockResolvedValue(true);
    await sessions.end(USER.userId, USER.sessionId);
    expect(revoked).toEqual([{ userId: USER.userId, sessionIds: [USER.sessionId] }]);

    calls.remove.mockResolvedValue(false);
    await expect(sessions.end(USER.userId, USER.sessionId)).rejects.toThrow(NotFoundError);
    expect(revoked).toHaveLength(1);
  });

  it('should publish the others that it ended, if any', async () => {
    calls.removeAllBut.mockResolvedValueOnce(['a', 'b']).mockResolvedValueOnce([]);

    await sessions.endOthers(USER);
    await sessions.endOthers(USER);

    expect(calls.removeAllBut).toHaveBeenCalledWith(USER.userId, USER.sessionId);
    expect(revoked).toEqual([{ userId: USER.userId, sessionIds: ['a', 'b'] }]);
  });
});
