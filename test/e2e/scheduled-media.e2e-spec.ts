import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MediaCollector, RECHECK_MS, RELEASE_MS } from '../../src/media/media-collector.service.js';
import { UNATTACHED_MS } from '../../src/media/media-library.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload } from '../support/media-files.js';

const DAY_MS = 86_400_000;

describe('files of messages to be sent later', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let chatId: string;
  let photo: Buffer;
  let made = 0;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '3650d', REFRESH_EXPIRES_IN: '3650d' });
    photo = await imageOf();
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    chatId = await app.group(ann, [bob]);
  });

  const post = (user: TestUser, content: object, days = 90) => {
    const sendAt = new Date(app.clock.nowMs() + days * DAY_MS).toISOString();
    const body = { clientMessageId: `later ${(made += 1)}`, ...content, sendAt };
    return app.http.post(`/api/chats/${chatId}/messages`).set(user.auth).send(body);
  };
  const scheduled = async (user: TestUser) =>
    (await app.http.get('/api/messages/scheduled').set(user.auth).expect(200)).body.items;
  const cancel = (id: string) => app.http.delete(`/api/messages/scheduled/${id}`).set(ann.auth).expect(204);
  const get = (user: TestUser, { url }: { url: string }) => app.http.get(url).set(user.auth);
  const later = async (ms: number) => {
    app.clock.advance(ms);
    await app.app.get(MediaCollector).sweep();
  };

  it('should be kept for their owner alone as long as they wait, and go out with the message', async () => {
    const phone = await app.connectAs(bob);
    const [media, loose] = [await upload(app, ann, photo), await upload(app, ann, photo)];

    const { body } = await post(ann, { text: 'look', attachmentIds: [media.id] }).expect(201);

    expect(body).toMatchObject({ state: 'pending', text: 'look', attachmentIds: [media.id] });
    await later(UNATTACHED_MS);
    await get(ann, loose).expect(404);
    await later(2 * RECHECK_MS);
    await get(ann, media).expect(200);
    for (const other of [bob, eve]) await get(other, media).expect(404);

    app.clock.advance(90 * DAY_MS);
    const sent = await phone.next('receive_message');
    expect(sent).toMatchObject({ type: 'image', text: 'look', attachments: [{ id: media.id }] });
    await get(bob, media).expect(200);
    await get(eve, media).expect(404);
    await later(RECHECK_MS);
    await get(bob, media).expect(200);
  });

  it('should go soon after the message was cancelled, unless another one holds them', async () => {
    const [once, twice] = [await upload(app, ann, photo), await upload(app, ann, photo)];
    const { body } = await post(ann, { attachmentIds: [once.id, twice.id] }).expect(201);
    await post(ann, { attachmentIds: [twice.id] }).expect(201);
    await later(UNATTACHED_MS);

    await cancel(body.id);
    await later(RELEASE_MS);

    await get(ann, once).expect(404);
    await get(ann, twice).expect(200);
  });

  it('should be kept with a message that failed, until that is removed', async () => {
    const media = await upload(app, bob, photo);
    const phone = await app.connectAs(bob);
    const { body } = await post(bob, { attachmentIds: [media.id] }, 2).expect(201);
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    app.clock.advance(2 * DAY_MS);
    await phone.next('scheduled_message', ({ state }) => state === 'failed');

    await later(UNATTACHED_MS);
    await get(bob, media).expect(200);

    await app.http.delete(`/api/messages/scheduled/${body.id}`).set(bob.auth).expect(204);
    await later(RELEASE_MS);
    await get(bob, media).expect(404);
  });

  it.each<[string, number, (of: { ann: string; bob: string }) => object]>([
    ["somebody else's", 404, (of) => ({ attachmentIds: [of.bob] })],
    ['unknown', 404, () => ({ attachmentIds: ['f'.repeat(24)] })],
    ['of another kind', 400, (of) => ({ type: 'voice', attachmentIds: [of.ann] })],
    ['missing', 400, () => ({ type: 'image' })],
  ])('should be refused when they are %s, and nothing be scheduled', async (_, status, content) => {
    const [own, foreign] = [await upload(app, ann, photo), await upload(app, bob, photo)];

    await post(ann, content({ ann: own.id, bob: foreign.id })).expect(status);

    expect(await scheduled(ann)).toEqual([]);
  });
});
