import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { callAndAccept, talk } from '../support/browser-calls.js';
import { type BrowserPhone, PATIENCE } from '../support/browser-phone.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { PhoneShop } from '../support/phone-shop.js';
import { requires } from '../support/requires.js';
import { TurnServer } from '../support/turn-server.js';

/** Encoders, decoders and a broken connection on a busy machine. */
const LONG = { timeout: 240_000 };
/** How long somebody may be away is the business of other tests; nobody here has to ask the world who they are. */
const SETTINGS = { CALL_GRACE_SECONDS: '120', STUN_URLS: 'none' };

describe.runIf(requires('chromium'))('calls between browsers', LONG, () => {
  let app: TestApp;
  let shop: PhoneShop;

  beforeAll(async () => {
    [app, shop] = await Promise.all([createTestApp(SETTINGS), PhoneShop.open()]);
  }, LONG.timeout);

  afterEach(() => shop.takeBack());

  afterAll(async () => {
    await shop.close();
    await app.close();
  });

  const pair = () => Promise.all([shop.phone(app.url), shop.phone(app.url)]);

  it('should show and sound each to the other, until one hangs up', async () => {
    const [ann, bob] = await pair();

    const callId = await callAndAccept(ann, bob);
    await talk(ann, bob);
    await bob.setMedia({ audio: true, video: false, screen: false });

    await ann.hears('media_state', { callId, userId: bob.id, audio: true, video: false, screen: false });
    await bob.hangUp();
    await ann.hears('call_ended', { callId, userId: bob.id });
    await expect.poll(() => Promise.all([ann.peers(), bob.peers()]), PATIENCE).toEqual([{}, {}]);
  });

  it('should go on when a lost connection is back, by an ICE restart', async () => {
    const [ann, bob] = await pair();
    const callId = await callAndAccept(ann, bob);
    await talk(ann, bob);
    const before = [await ann.peer(bob), await bob.peer(ann)].map(({ iceUfrag }) => iceUfrag);

    bob.cable.cut();
    await ann.hears('call_interrupted', { callId, userId: bob.id });
    bob.cable.mend();

    await ann.hears('call_resumed', { callId, userId: bob.id });
    await expect.poll(async () => (await ann.peer(bob)).iceUfrag, PATIENCE).not.toBe(before[0]);
    await expect.poll(async () => (await bob.peer(ann)).iceUfrag, PATIENCE).not.toBe(before[1]);
    await talk(ann, bob);
  });

  it('should show a second picture that was offered while the other one was away', async () => {
    const [ann, bob] = await pair();
    const callId = await callAndAccept(ann, bob);
    await talk(ann, bob);

    bob.cable.cut();
    await ann.hears('call_interrupted', { callId, userId: bob.id });
    await ann.shareAnotherPicture();
    await expect.poll(async () => (await ann.peer(bob)).signalingState, PATIENCE).toBe('have-local-offer');
    bob.cable.mend();

    await expect.poll(async () => (await bob.peer(ann)).pictures, PATIENCE).toBe(2);
    await talk(ann, bob);
  });

  it('should agree when both offer one more picture at the same moment', async () => {
    const [ann, bob] = await pair();
    await callAndAccept(ann, bob);
    await talk(ann, bob);

    await Promise.all([ann.shareAnotherPicture(), bob.shareAnotherPicture()]);

    const agreed = { pictures: 2, signalingState: 'stable' };
    await expect
      .poll(() => Promise.all([ann.peer(bob), bob.peer(ann)]), PATIENCE)
      .toMatchObject([agreed, agreed]);
    await talk(ann, bob);
  });

  it('should go on with another device of the same user', async () => {
    const [ann, bob] = await pair();
    const laptop = await shop.phone(app.url, { owner: bob });
    const callId = await callAndAccept(ann, bob);
    await talk(ann, bob);

    await laptop.resume(callId);

    await bob.hears('call_answered_elsewhere', { callId });
    await expect.poll(() => bob.peers(), PATIENCE).toEqual({});
    await talk(ann, laptop);
  });

  it('should make one call of two people who call each other at once', async () => {
    const [ann, bob] = await pair();

    const [first, second] = await Promise.all([ann.call({ to: bob.id }), bob.call({ to: ann.id })]);

    expect(first).toBe(second);
    await talk(ann, bob);
  });

  it('should connect all of a group, also who comes later, and go on when one leaves', async () => {
    const phones = await Promise.all([shop.phone(app.url), shop.phone(app.url), shop.phone(app.url)]);
    const [ann, bob, cleo] = phones;
    const chatId = await groupOf(app, phones);

    const callId = await ann.call({ chatId });
    await bob.hears('incoming_call', { callId, from: ann.id, chatId });
    await bob.accept(callId);
    await talk(ann, bob);
    await cleo.accept(callId);

    await Promise.all([talk(ann, bob), talk(bob, cleo), talk(cleo, ann)]);
    await ann.hangUp();
    await expect.poll(async () => Object.keys(await bob.peers()), PATIENCE).toEqual([cleo.id]);
    await talk(bob, cleo);
  });
});

describe.runIf(requires('chromium', 'turnserver'))('calls between browsers through a relay', LONG, () => {
  let turn: TurnServer;
  let app: TestApp;
  let shop: PhoneShop;

  beforeAll(async () => {
    turn = await TurnServer.start();
    const settings = { ...SETTINGS, TURN_URLS: turn.url, TURN_SECRET: turn.secret };
    [app, shop] = await Promise.all([createTestApp(settings), PhoneShop.open()]);
  }, LONG.timeout);

  afterEach(() => shop.takeBack());

  afterAll(async () => {
    await shop.close();
    await app.close();
    await turn.stop();
  });

  it('should get a relay with the credentials of the endpoint, and none with others', async () => {
    const ann = await shop.phone(app.url);

    const { body } = await app.http
      .get('/api/calls/ice-servers')
      .set({ Authorization: `Bearer ${ann.token}` })
      .expect(200);
    const [server] = body.iceServers as { username: string }[];
    const forged = { ...server, username: `${Number.MAX_SAFE_INTEGER}:${ann.id}` };

    expect(body.iceServers).toMatchObject([{ username: expect.stringMatching(`^\\d+:${ann.id}$`) }]);
    expect(await ann.waysThrough(body.iceServers)).toContain('relay');
    expect(await ann.waysThrough([forged])).toEqual([]);
  });

  it('should talk with the credentials that the server hands out, and again after a total blackout', async () => {
    const rtc = { iceTransportPolicy: 'relay' };
    const [ann, bob] = await Promise.all([shop.phone(app.url, { rtc }), shop.phone(app.url, { rtc })]);
    const relayed = { localCandidate: 'relay', remoteCandidate: 'relay', state: 'connected' };
    const reports = () => Promise.all([ann.peer(bob), bob.peer(ann)]);

    const callId = await callAndAccept(ann, bob);
    await talk(ann, bob);
    expect(await reports()).toMatchObject([relayed, relayed]);

    // Neither pictures nor signals: nothing comes back but by new relays.
    bob.cable.cut();
    await turn.kill();
    const gone = expect.stringMatching(/disconnected|failed/);
    await expect.poll(reports, PATIENCE).toMatchObject([{ state: gone }, { state: gone }]);
    await turn.run();
    bob.cable.mend();

    await ann.hears('call_resumed', { callId, userId: bob.id });
    await talk(ann, bob);
    expect(await reports()).toMatchObject([relayed, relayed]);
  });
});

async function groupOf(app: TestApp, [owner, ...members]: readonly BrowserPhone[]): Promise<string> {
  const { body } = await app.http
    .post('/api/chats')
    .set({ Authorization: `Bearer ${owner?.token}` })
    .send({ type: 'group', title: 'mesh', memberIds: members.map(({ id }) => id) })
    .expect(201);
  return (body as { id: string }).id;
}
