import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { sdp } from '../support/calls.js';
import { Cluster, type Person } from '../support/cluster.js';
import { requires } from '../support/requires.js';
import type { TestSocket } from '../support/test-socket.js';

/** A node's lease, and the second until another one looks. */
const GONE_MS = 10_000;

describe.runIf(requires('redis-server'))('one of three nodes that is killed', () => {
  let cluster: Cluster;
  let victim: number;
  let ann: Person;
  let bob: Person;
  let chatId: string;
  let annPhone: TestSocket;
  let bobPhone: TestSocket;

  beforeAll(async () => {
    cluster = await Cluster.start(2, { CALL_GRACE_SECONDS: '4', CALL_RING_SECONDS: '20' });
  }, 120_000);

  afterAll(() => cluster.stop());

  /** Ann stays, Bob is where it will happen. */
  async function meet(): Promise<void> {
    await cluster.add();
    victim = cluster.nodes.length - 1;
    [ann, bob] = (await cluster.people(2)) as [Person, Person];
    chatId = await cluster.directChat(ann, bob);
    annPhone = await cluster.connect(ann, 0);
    bobPhone = await cluster.connect(bob, victim);
  }

  const kill = () => cluster.node(victim).kill();

  afterEach(async () => {
    await kill();
    cluster.nodes.pop();
  });

  const talk = async (): Promise<string> => {
    const { callId } = await annPhone.ok('call_user', { chatId, callType: 'audio' });
    await bobPhone.next('incoming_call');
    await bobPhone.ok('call_accepted', { callId });
    await annPhone.next('call_accepted');
    return callId as string;
  };

  const expectFree = async (...phones: TestSocket[]) => {
    const [one, other] = phones as [TestSocket, TestSocket];
    const { callId } = await one.ok('call_user', { chatId, callType: 'audio' });
    await other.next('incoming_call', (call) => call.callId === callId);
    await other.ok('call_rejected', { callId });
    await one.next('call_rejected', (call) => call.call.id === callId);
  };

  it('should take its users offline, once, but for those who are on another node too', async () => {
    await meet();
    const cat = await cluster.person();
    await cluster.directChat(ann, cat);
    await cluster.connect(cat, victim);
    await cluster.connect(cat, 0);
    await annPhone.next('user_online', ({ userId }) => userId === cat.id);
    expect((await annPhone.ok('presence', { userIds: [bob.id] }))[bob.id]).toEqual({ online: true });

    await kill();

    const { lastSeenAt } = await annPhone.next('user_offline', ({ userId }) => userId === bob.id, GONE_MS);
    expect(Date.parse(lastSeenAt as string)).toBeLessThanOrEqual(Date.now());
    const seen = await annPhone.ok('presence', { userIds: [bob.id, cat.id] });
    expect(seen).toEqual({ [bob.id]: { online: false, lastSeenAt }, [cat.id]: { online: true } });
    expect(annPhone.all('user_offline')).toHaveLength(1);
  }, 60_000);

  it('should let a call go on by another node', async () => {
    await meet();
    const callId = await talk();

    await kill();
    expect(await annPhone.next('call_interrupted', undefined, GONE_MS)).toMatchObject({ userId: bob.id });
    const again = await cluster.connect(bob, 0);
    await again.ok('call_resume', { callId });

    expect(await annPhone.next('call_resumed')).toEqual({ callId, userId: bob.id });
    await annPhone.ok('offer', { callId, to: bob.id, offer: sdp('offer') });
    expect(await again.next('offer')).toMatchObject({ callId, from: ann.id });
    await again.ok('call_ended', { callId });
    await expectFree(annPhone, again);
  }, 60_000);

  it('should end a call to which nobody comes back, and leave nobody busy', async () => {
    await meet();
    const callId = await talk();

    await kill();

    const { call } = await annPhone.next('call_ended', undefined, GONE_MS + 10_000);
    expect(call).toMatchObject({ id: callId, state: 'ended', endReason: 'failed' });
    await expectFree(await cluster.connect(bob, 0), annPhone);
  }, 60_000);

  it('should end a call whose caller was there, and leave nobody busy', async () => {
    await meet();
    const { callId } = await bobPhone.ok('call_user', { chatId, callType: 'audio' });
    await annPhone.next('incoming_call');

    await kill();

    expect(await annPhone.next('call_missed', undefined, GONE_MS + 10_000)).toEqual({ callId });
    await expectFree(await cluster.connect(bob, 0), annPhone);
  }, 60_000);

  it('should leave its jobs to the others at once', async () => {
    await meet();
    const later = new Date(Date.now() + 12_000).toISOString();
    await bobPhone.ok('new_message', { chatId, clientMessageId: 'later', text: 'later', sendAt: later });

    await kill();

    expect(await annPhone.next('receive_message', undefined, 30_000)).toMatchObject({ text: 'later' });
    expect(annPhone.all('receive_message')).toHaveLength(1);
  }, 60_000);
});
