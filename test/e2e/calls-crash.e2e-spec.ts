import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { io } from 'socket.io-client';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type CallView, heardOfCalls, sdp } from '../support/calls.js';
import { PASSWORD } from '../support/create-test-app.js';
import { ServerProcess } from '../support/server-process.js';
import { TestSocket } from '../support/test-socket.js';

interface Caller {
  id: string;
  token: string;
  auth: { Authorization: string };
}

/** Times of calls that end while the test watches; the deadlines of those that rang are stored with them. */
const SHORT = { CALL_RING_SECONDS: '2', CALL_GRACE_SECONDS: '1' };
/** Of the next start: calls that begin there have time enough. */
const AFTERWARDS = { ...SHORT, CALL_RING_SECONDS: '300' };
const LONG = { CALL_RING_SECONDS: '300', CALL_GRACE_SECONDS: '60' };
const soon = { timeout: 20_000, interval: 100 };

describe('calls on a server that is killed', () => {
  let dataDir: string;
  let server: ServerProcess;
  let ann: Caller;
  let bob: Caller;
  let chatId: string;
  let sockets: TestSocket[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-calls-'));
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.close();
    await server.kill({ withEngine: true });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 15 });
  });

  const register = async (name: string): Promise<Caller> => {
    const account = { email: `${name}@example.com`, password: PASSWORD };
    await request(server.url)
      .post('/api/auth/register')
      .send({ ...account, name })
      .expect(201);
    const { body } = await request(server.url).post('/api/auth/login').send(account).expect(200);
    const { accessToken: token, user } = body as { accessToken: string; user: { id: string } };
    return { id: user.id, token, auth: { Authorization: `Bearer ${token}` } };
  };

  const directChat = async (one: Caller, other: Caller): Promise<string> => {
    const { body } = await request(server.url)
      .post('/api/chats')
      .set(one.auth)
      .send({ type: 'direct', userId: other.id });
    return (body as { id: string }).id;
  };

  const start = async (env: Record<string, string>) => {
    server = await ServerProcess.start(dataDir, env);
    [ann, bob] = (await Promise.all(['ann', 'bob'].map(register))) as [Caller, Caller];
    chatId = await directChat(ann, bob);
  };

  const restart = async (env: Record<string, string>) => {
    const gone = sockets.map((socket) => socket.disconnected());
    await server.kill();
    await Promise.all(gone);
    server = await ServerProcess.start(dataDir, env);
  };

  const connect = async ({ token }: Caller): Promise<TestSocket> => {
    const options = { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token } };
    const socket = new TestSocket(io(server.url, options));
    sockets.push(socket);
    await socket.connected();
    return socket;
  };

  const call = async (from: TestSocket, chat = chatId): Promise<string> =>
    (await from.ok('call_user', { chatId: chat, callType: 'video' })).callId as string;

  const viewOf = async ({ auth }: Caller, callId: string): Promise<CallView> =>
    (await request(server.url).get(`/api/calls/${callId}`).set(auth).expect(200)).body as CallView;

  const tracesOf = async ({ auth }: Caller, chat: string, callId: string): Promise<any[]> => {
    const path = `/api/chats/${chat}/messages?limit=100`;
    const { body } = await request(server.url).get(path).set(auth).expect(200);
    return (body.items as any[]).filter(({ system }) => system?.callId === callId);
  };

  /** It has come to this end, for both, with one trace, and both are free for another one. */
  const expectEnd = async (callId: string, end: Partial<CallView>) => {
    await vi.waitFor(async () => expect(await viewOf(ann, callId)).toMatchObject(end), soon);
    expect(await viewOf(bob, callId)).toEqual(await viewOf(ann, callId));
    await vi.waitFor(async () => expect(await tracesOf(bob, chatId, callId)).toHaveLength(1), soon);
    const [annPhone, bobPhone] = await Promise.all([connect(ann), connect(bob)]);
    await bobPhone.settle();
    expect(heardOfCalls(bobPhone)).toEqual([]);
    const next = await call(bobPhone);
    await annPhone.next('incoming_call');
    await annPhone.ok('call_accepted', { callId: next });
    await bobPhone.ok('call_ended', { callId: next });
  };

  const speak = async (callId: string, annPhone: TestSocket, bobPhone: TestSocket) => {
    await annPhone.ok('offer', { callId, to: bob.id, offer: sdp('offer') });
    expect(await bobPhone.next('offer')).toMatchObject({ callId, from: ann.id });
    await bobPhone.ok('answer', { callId, to: ann.id, answer: sdp('answer') });
    expect(await annPhone.next('answer')).toMatchObject({ callId, from: bob.id });
  };

  const comeBackInVain = async (callId: string) => {
    const annPhone = await connect(ann);
    await annPhone.ok('call_resume', { callId });
    const ended = await annPhone.next('call_ended', undefined, 15_000);
    expect(ended).toMatchObject({ callId, userId: bob.id, call: { endReason: 'failed' } });
  };

  it('should go on ringing after the restart for who connects, until somebody answers', async () => {
    await start(LONG);
    const callId = await call(await connect(ann));

    await restart(LONG);
    const [annPhone, bobPhone] = await Promise.all([connect(ann), connect(bob)]);

    expect(await bobPhone.next('incoming_call')).toMatchObject({ callId, from: ann.id, chatId });
    await annPhone.ok('call_resume', { callId });
    await bobPhone.ok('call_accepted', { callId });
    await annPhone.next('call_accepted');
    await speak(callId, annPhone, bobPhone);
    await bobPhone.ok('call_ended', { callId });
    await expectEnd(callId, { state: 'ended' });
  }, 60_000);

  it('should have missed the call that rang when its time has passed', async () => {
    await start(SHORT);
    const callId = await call(await connect(ann));

    await restart(AFTERWARDS);

    await expectEnd(callId, { state: 'missed', endedAt: expect.any(String) });
  }, 60_000);

  it('should be active again with those who resume', async () => {
    await start(LONG);
    const old = await Promise.all([connect(ann), connect(bob)]);
    const callId = await call(old[0]);
    await old[1].ok('call_accepted', { callId });

    await restart(LONG);
    const [annPhone, bobPhone] = await Promise.all([connect(ann), connect(bob)]);
    await annPhone.ok('call_resume', { callId });
    await annPhone.ok('offer', { callId, to: bob.id, offer: sdp('offer', 'held') });
    await bobPhone.ok('call_resume', { callId });

    await bobPhone.next('offer', ({ offer }) => offer.sdp.includes('held'));
    await annPhone.next('call_resumed');
    await speak(callId, annPhone, bobPhone);
    expect((await viewOf(ann, callId)).state).toBe('active');
    await annPhone.ok('call_ended', { callId });
    await expectEnd(callId, { state: 'ended' });
  }, 60_000);

  it.each([
    ['nobody', false, 'failed'],
    ['one alone', true, 'ended'],
  ])(
    'should end with reason failed where %s comes back',
    async (_, comesBack, state) => {
      const env = { ...LONG, CALL_GRACE_SECONDS: '3' };
      await start(env);
      const old = await Promise.all([connect(ann), connect(bob)]);
      const callId = await call(old[0]);
      await old[1].ok('call_accepted', { callId });

      await restart(env);
      if (comesBack) await comeBackInVain(callId);

      await expectEnd(callId, { state, endReason: 'failed' });
    },
    60_000,
  );

  it('should stop in order amid a call, which goes on after the next start', async () => {
    await start(LONG);
    const old = await Promise.all([connect(ann), connect(bob)]);
    const callId = await call(old[0]);
    await old[1].ok('call_accepted', { callId });

    const { code } = await server.terminate();
    server = await ServerProcess.start(dataDir, LONG);

    expect(code).toBe(0);
    const [annPhone, bobPhone] = await Promise.all([connect(ann), connect(bob)]);
    await Promise.all([annPhone, bobPhone].map((socket) => socket.ok('call_resume', { callId })));
    await speak(callId, annPhone, bobPhone);
  }, 60_000);

  it('should leave no call open, nobody busy and no trace out, killed amid many calls', async () => {
    await start(SHORT);
    const callers = await Promise.all(Array.from({ length: 12 }, (_, i) => register(`caller${i}`)));
    const lanes = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const [one, other] = [callers[2 * i], callers[2 * i + 1]] as [Caller, Caller];
        const devices = await Promise.all([connect(one), connect(other)]);
        return { one, other, devices, chat: await directChat(one, other), callIds: new Set<string>() };
      }),
    );
    const isLive = () => sockets.every(({ raw }) => raw.connected);
    /** Rings, answers, rejects, hangs up without end. */
    const churn = async ({ devices: [from, to], chat, callIds }: (typeof lanes)[number], offset: number) => {
      for (let n = offset; isLive(); n += 1) {
        const callId = await call(from, chat);
        callIds.add(callId);
        if (n % 3 === 0) await to.send('call_accepted', { callId });
        if (n % 3 === 1) await to.send('call_rejected', { callId });
        else await from.send('call_ended', { callId });
      }
    };
    const under = lanes.map((lane, i) => churn(lane, i).catch(() => undefined)); // the kill ends them all
    await vi.waitFor(() => {
      expect(Math.min(...lanes.map(({ callIds }) => callIds.size))).toBeGreaterThan(10);
    }, soon);
    await restart(AFTERWARDS);
    await Promise.all(under);

    for (const { one, other, chat, callIds } of lanes) {
      await vi.waitFor(async () => {
        for (const callId of callIds) {
          const view = await viewOf(one, callId);
          expect(['ringing', 'active']).not.toContain(view.state);
        }
      }, soon);
      await vi.waitFor(async () => {
        for (const callId of [...callIds].slice(-5))
          expect(await tracesOf(other, chat, callId)).toHaveLength(1);
      }, soon);
      const [from, to] = await Promise.all([connect(other), connect(one)]);
      const callId = await call(from, chat);
      await to.ok('call_accepted', { callId });
      await from.ok('call_ended', { callId });
    }
  }, 90_000);
});
