import { randomBytes } from 'node:crypto';

import { Types } from 'mongoose';
import { expect, vi } from 'vitest';

import { createTestApp, databaseUri, type TestApp, type TestUser } from './create-test-app.js';
import type { Ack, TestSocket } from './test-socket.js';

export const RING_MS = 45_000;
export const GRACE_MS = 15_000;

export interface CallView {
  id: string;
  chatId: string;
  callType: string;
  state: string;
  callerId: string;
  participants: { userId: string; state: string; joinedAt?: string; leftAt?: string }[];
  createdAt: string;
  answeredAt?: string;
  endedAt?: string;
  durationMs?: number;
  endReason?: string;
}

/** Events about the life of calls: what somebody outside of a call must never hear. */
export const CALL_EVENTS = [
  'incoming_call',
  'call_accepted',
  'call_rejected',
  'call_ended',
  'call_missed',
  'call_started',
  'call_answered_elsewhere',
  'call_interrupted',
  'call_resumed',
  'offer',
  'answer',
  'ice_candidate',
  'media_state',
];

/** Somebody with two devices. */
export interface Person {
  user: TestUser;
  id: string;
  phone: TestSocket;
  laptop: TestSocket;
}

/** The devices of a person may be on two nodes. */
export async function person(app: TestApp, laptopOn: TestApp = app): Promise<Person> {
  const user = await app.registerAndLogin();
  const [phone, laptop] = await Promise.all([app.connectAs(user), laptopOn.connectAs(user)]);
  return { user, id: user.id, phone, laptop };
}

export function people(app: TestApp, count: number, laptopsOn: TestApp = app): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => person(app, laptopsOn)));
}

export interface Pair {
  ann: Person;
  bob: Person;
  chatId: string;
}

/** Two with a direct chat. */
export async function pair(app: TestApp, laptopsOn: TestApp = app): Promise<Pair> {
  const [ann, bob] = (await people(app, 2, laptopsOn)) as [Person, Person];
  return { ann, bob, chatId: await app.directChat(ann.user, bob.user) };
}

/** Settings for several nodes on one database, which the test drops in the end. */
export const sharedSettings = (): Record<string, string> => ({
  MONGODB_URI: databaseUri(`calls_${randomBytes(4).toString('hex')}`),
  JWT_SECRET: randomBytes(32).toString('hex'),
  RATE_LIMITS: 'off',
});

/** Two nodes on one database; without Redis each hears its own sockets only, but both decide alike. */
export async function twoNodes(): Promise<[TestApp, TestApp]> {
  const shared = sharedSettings();
  return [await createTestApp(shared), await createTestApp(shared)];
}

export async function ring(from: TestSocket, chatId: string, callType = 'video'): Promise<CallView> {
  const { callId, call } = await from.ok('call_user', { chatId, callType });
  expect(call).toMatchObject({ id: callId, chatId, callType, state: 'ringing' });
  return call as CallView;
}

/** A call that both are in by their phones. */
export async function connectCall({ ann, bob, chatId }: Pair): Promise<string> {
  const { id } = await ring(ann.phone, chatId);
  await bob.phone.next('incoming_call', ({ callId }) => callId === id);
  await bob.phone.ok('call_accepted', { callId: id });
  await ann.phone.next('call_accepted', ({ callId }) => callId === id);
  return id;
}

export async function callOf(app: TestApp, { auth }: TestUser, callId: string): Promise<CallView> {
  return (await app.http.get(`/api/calls/${callId}`).set(auth).expect(200)).body as CallView;
}

export async function callsOf(app: TestApp, { auth }: TestUser, query = ''): Promise<CallView[]> {
  return (await app.http.get(`/api/calls${query}`).set(auth).expect(200)).body.items as CallView[];
}

export async function syncedCalls(app: TestApp, { auth }: TestUser): Promise<CallView[]> {
  const { body } = await app.http.post('/api/sync').set(auth).send({ chats: {} }).expect(200);
  return (body.calls ?? []) as CallView[];
}

/** State of one participant. */
export function seat(call: CallView, userId: string): string | undefined {
  return call.participants.find((one) => one.userId === userId)?.state;
}

/** System messages about calls in a chat, oldest first. */
export async function traces(app: TestApp, { auth }: TestUser, chatId: string): Promise<any[]> {
  const { body } = await app.http.get(`/api/chats/${chatId}/messages?limit=100`).set(auth).expect(200);
  return (body.items as any[]).filter(({ type, system }) => type === 'system' && system?.kind === 'call');
}

/** Waits for the trace of a call, which is written behind the end of it. */
export function traceOf(app: TestApp, user: TestUser, chatId: string, callId: string): Promise<any> {
  return vi.waitFor(
    async () => {
      const found = (await traces(app, user, chatId)).filter(({ system }) => system.callId === callId);
      expect(found, 'traces of the call').toHaveLength(1);
      return found[0] as unknown;
    },
    { timeout: 5000, interval: 25 },
  );
}

/** What a socket has heard about calls, about this one where it is named. */
export function heardOfCalls({ heard }: TestSocket, callId?: string): string[] {
  return heard
    .filter(({ event, payload }) => CALL_EVENTS.includes(event) && (!callId || payload?.callId === callId))
    .map(({ event }) => event);
}

export async function settleAll(...sockets: TestSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.settle()));
}

/** Nobody of them has heard anything about calls. */
export async function expectSilence(...sockets: TestSocket[]): Promise<void> {
  await settleAll(...sockets);
  for (const socket of sockets) expect(heardOfCalls(socket), 'what an outsider heard').toEqual([]);
}

/** Both can be in a call: neither is busy with what was before. */
export async function expectFree(app: TestApp, { ann, bob, chatId }: Pair): Promise<void> {
  for (const { phone, laptop } of [ann, bob]) {
    phone.forget();
    laptop.forget();
  }
  const { id } = await ring(ann.phone, chatId);
  await bob.phone.ok('call_accepted', { callId: id });
  await ann.phone.ok('call_ended', { callId: id });
  expect((await callOf(app, bob.user, id)).state).toBe('ended');
}

/** How an ack came out: its code, or `ok`. */
export const outcome = (ack: Ack): string => (ack.ok ? 'ok' : ack.error.code);

/** Runs `round` for each of `lanes` side by side, `rounds` times one after the other. */
export async function raced<T>(
  lanes: readonly T[],
  rounds: number,
  round: (lane: T, n: number) => Promise<void>,
) {
  await Promise.all(
    lanes.map(async (lane) => {
      for (let n = 0; n < rounds; n += 1) await round(lane, n);
    }),
  );
}

/** An SDP-like payload of about this many bytes. */
export const sdp = (type: 'offer' | 'answer', mark = 'x', bytes = 0) => ({
  type,
  sdp: `v=0 ${mark}${'x'.repeat(bytes)}`,
});

export const candidate = (mark: number | string) => ({
  candidate: `candidate:${mark} 1 udp 1 127.0.0.1 9 typ host`,
  sdpMid: '0',
  sdpMLineIndex: 0,
});

/** As a network that is lost: without a goodbye of the client. */
export const drop = (socket: TestSocket): void => {
  socket.raw.io.engine.close();
};

/** Waits until the server has noticed that so many seats of a call have lost their socket. */
export async function interrupted(app: TestApp, callId: string, count: number): Promise<void> {
  await expect
    .poll(async () => {
      const call = await app.connection.collection('calls').findOne({ _id: new Types.ObjectId(callId) });
      const seats = (call?.seats ?? []) as { graceUntil?: Date | null }[];
      return seats.filter(({ graceUntil }) => graceUntil).length;
    })
    .toBe(count);
}
