import { randomBytes } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { sdp } from '../support/calls.js';
import type { Person } from '../support/cluster.js';
import { databaseUri } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';
import { workerOf, Workers } from '../support/workers.js';

const SOON = { timeout: 40_000, interval: 100 };

describe('one of two workers that is killed', () => {
  let server: Workers;
  let ann: Person;
  let bob: Person;
  let chatId: string;
  let annPhone: TestSocket;
  let bobPhone: TestSocket;
  /** The ids of the workers, in the order of their processes. */
  let ids = [1, 2];

  beforeAll(async () => {
    const MONGODB_URI = databaseUri(`workers_${randomBytes(6).toString('hex')}`);
    server = await Workers.start(2, { MONGODB_URI, CALL_GRACE_SECONDS: '60' });
  }, 120_000);
  afterAll(() => server.stop());

  /** Another one is in its place. */
  afterEach(async () => {
    const next = (ids.at(-1) as number) + 1;
    await expect.poll(() => server.line(next).then(Boolean, () => false), SOON).toBe(true);
    ids = [ids[1] as number, next];
  }, 60_000);

  const [stays, falls] = [() => ids[1] as number, () => ids[0] as number];

  /** Ann stays, Bob is where it will happen. */
  async function meet(): Promise<void> {
    [ann, bob] = [await server.person('Ann'), await server.person('Bob')];
    chatId = await server.directChat(ann, bob);
    annPhone = await server.connectTo(stays(), ann);
    bobPhone = await server.connectTo(falls(), bob);
    await annPhone.next('user_online', ({ userId }) => userId === bob.id);
  }

  async function kill(): Promise<void> {
    const [oldest] = await server.server.workers();
    process.kill(oldest as number, 'SIGKILL');
  }

  it('should take its users offline at once and once, but for those who are on the other too', async () => {
    await meet();
    const cat = await server.person('Cat');
    await server.directChat(ann, cat);
    await server.connectTo(falls(), cat);
    await server.connectTo(stays(), cat);
    await annPhone.next('user_online', ({ userId }) => userId === cat.id);

    await kill();

    const { lastSeenAt } = await annPhone.next('user_offline', ({ userId }) => userId === bob.id);
    const seen = await annPhone.ok('presence', { userIds: [bob.id, cat.id] });
    expect(seen).toEqual({ [bob.id]: { online: false, lastSeenAt }, [cat.id]: { online: true } });
    expect(annPhone.all('user_offline')).toHaveLength(1);
  }, 60_000);

  it('should let a call go on by the other', async () => {
    await meet();
    const { callId } = await annPhone.ok('call_user', { chatId, callType: 'audio' });
    await bobPhone.next('incoming_call');
    await bobPhone.ok('call_accepted', { callId });
    await annPhone.next('call_accepted');

    await kill();
    expect(await annPhone.next('call_interrupted')).toMatchObject({ userId: bob.id });
    const again = await server.connectTo(stays(), bob);
    await again.ok('call_resume', { callId });

    expect(await annPhone.next('call_resumed')).toEqual({ callId, userId: bob.id });
    await annPhone.ok('offer', { callId, to: bob.id, offer: sdp('offer') });
    expect(await again.next('offer')).toMatchObject({ callId, from: ann.id });
    await again.ok('call_ended', { callId });
  }, 60_000);

  it('should be there again for its clients, who miss nothing', async () => {
    await meet();
    const tablet = await server.connect(bob);
    while (workerOf({ sid: tablet.raw.io.engine.id }) !== falls()) {
      tablet.raw.disconnect().connect();
      await tablet.connected();
    }
    const lost = tablet.disconnected();

    await kill();
    await lost;
    await tablet.connected();
    const { message } = await annPhone.ok('new_message', { chatId, clientMessageId: 'after', text: 'after' });
    await tablet.next('receive_message', ({ id }) => id === message.id);

    const { body } = await server.http.post('/api/sync').set(bob.auth).send({ chats: {} }).expect(200);
    expect(body.chats[0].messages.map(({ text }: { text: string }) => text)).toEqual(['after']);
    tablet.close();
  }, 60_000);
});
