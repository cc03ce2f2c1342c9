import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { pair, people, type Person } from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const SECRET = 'a secret that only coturn knows as well';
const TURN = ['turn:turn.example.com:3478', 'turns:turn.example.com:5349?transport=tcp'];

interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}

describe('the way through firewalls', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', TURN_URLS: TURN.join(','), TURN_SECRET: SECRET });
  });

  afterAll(() => app.close());

  const relays = (servers: IceServer[]) =>
    servers.filter(({ urls }) => [urls].flat().some((url) => url.startsWith('turn')));

  /** What coturn itself checks with `use-auth-secret`. */
  const expectAdmitted = (servers: IceServer[], userId: string, nowMs: number) => {
    const found = relays(servers);
    expect(found.flatMap(({ urls }) => urls)).toEqual(TURN);
    for (const { username = '', credential } of found) {
      const [expiry, user] = username.split(':');
      expect(user).toBe(userId);
      expect(credential).toBe(createHmac('sha1', SECRET).update(username).digest('base64'));
      const lastsMs = Number(expiry) * 1000 - nowMs;
      expect(lastsMs).toBeGreaterThan(10 * 60_000);
      expect(lastsMs).toBeLessThanOrEqual(24 * 60 * 60_000 + 1000);
    }
  };

  it('should be opened to each for a time, by REST and by every ack', async () => {
    const { ann, bob, chatId } = await pair(app);
    const { body } = await app.http.get('/api/calls/ice-servers').set(ann.user.auth).expect(200);
    const { callId, iceServers: ofCaller } = await ann.phone.ok('call_user', { chatId, callType: 'audio' });
    const { iceServers: ofCallee } = await bob.phone.ok('call_accepted', { callId });
    const { iceServers: ofResumed } = await bob.laptop.ok('call_resume', { callId });

    const now = app.clock.nowMs();
    expectAdmitted(body.iceServers, ann.id, now);
    expectAdmitted(ofCaller, ann.id, now);
    expectAdmitted(ofCallee, bob.id, now);
    expectAdmitted(ofResumed, bob.id, now);
    const [first] = relays(body.iceServers);
    const lastsMs = Number(first?.username?.split(':')[0]) * 1000 - now;
    expect(Math.abs(lastsMs - body.ttlSeconds * 1000)).toBeLessThan(5000);
  });

  it('should be opened anew later, and to nobody without a login', async () => {
    const [ann] = (await people(app, 1)) as [Person];
    const get = async () =>
      (await app.http.get('/api/calls/ice-servers').set(ann.user.auth).expect(200)).body.iceServers;
    const before = await get();
    app.clock.advance(60_000);

    expect(relays(await get())[0]?.username).not.toBe(relays(before)[0]?.username);
    const { text } = await app.http.get('/api/calls/ice-servers').expect(401);
    expect(text).not.toContain('turn');
    expect(JSON.stringify(before)).not.toContain(SECRET);
  });

  it('should need no relay', async () => {
    const plain = await createTestApp({ STUN_URLS: 'stun:stun.example.com:3478' });
    const ann = await plain.registerAndLogin();

    const { body } = await plain.http.get('/api/calls/ice-servers').set(ann.auth).expect(200);

    expect(body.iceServers).toEqual([{ urls: ['stun:stun.example.com:3478'] }]);
    expect(body.ttlSeconds).toBeGreaterThan(0);
    await plain.close();
  });

  it.each<[string, Record<string, string>]>([
    ['TURN_SECRET', { TURN_URLS: TURN.join(',') }],
    ['TURN_SECRET', { TURN_URLS: TURN.join(','), TURN_SECRET: 'short' }],
    ['TURN_URLS', { TURN_URLS: 'http://turn.example.com', TURN_SECRET: SECRET }],
    ['STUN_URLS', { STUN_URLS: 'turn.example.com' }],
    ['CALL_RING_SECONDS', { CALL_RING_SECONDS: '0' }],
    ['CALL_RING_SECONDS', { CALL_RING_SECONDS: '-1' }],
    ['CALL_GRACE_SECONDS', { CALL_GRACE_SECONDS: 'soon' }],
  ])('should name %s and not start with %j', async (name, settings) => {
    await expect(createTestApp(settings)).rejects.toThrow(name);
  });
});
