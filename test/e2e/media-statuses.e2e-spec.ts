import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload, type UploadedFile } from '../support/media-files.js';
import { feedOf, post, statusPeople, type StatusPeople } from '../support/status-people.js';

const HOUR_MS = 3_600_000;

describe('statuses of images', () => {
  let app: TestApp;
  let people: StatusPeople;
  let photo: Buffer;

  beforeAll(async () => {
    app = await createTestApp({ JWT_EXPIRES_IN: '30d' });
    people = await statusPeople(app);
    photo = await imageOf();
  });

  afterAll(() => app.close());

  const get = (user: TestUser, url: string) => app.http.get(url).set(user.auth);
  const try_ = (author: TestUser, body: object) => app.http.post('/api/status').set(author.auth).send(body);
  const postImage = (media: UploadedFile, rest: object = {}) =>
    post(app, people.ann, { type: 'image', mediaId: media.id, text: undefined, ...rest });

  it('should show the picture to the audience alone', async () => {
    const { ann, bob, cleo, mallory, eve, bobPhone, evePhone } = people;
    const media = await upload(app, ann, photo);
    await get(bob, media.url).expect(404);

    const status = await postImage(media, { text: 'at the sea' });

    expect(status).toMatchObject({ type: 'image', text: 'at the sea', mediaId: media.id, media });
    expect(await bobPhone.next('new_status')).toMatchObject({ id: status.id, media });
    expect((await feedOf(app, bob)).items[0].statuses.at(-1)).toMatchObject({ mediaId: media.id, media });
    for (const user of [ann, bob, cleo]) {
      await get(user, media.url).expect(200);
      await get(user, media.thumbnailUrl ?? '').expect(200);
    }
    for (const user of [mallory, eve]) {
      const { body } = await get(user, media.url).expect(404);
      expect(body.error).toEqual({ code: 'NOT_FOUND', message: 'Media not found' });
    }
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);
  });

  it('should go by socket as well', async () => {
    const media = await upload(app, people.ann, photo);

    const { status } = await people.annPhone.ok('new_status', { type: 'image', mediaId: media.id });

    expect(status).toMatchObject({ type: 'image', media });
    expect(status).not.toHaveProperty('text');
  });

  it('should keep to the people it was posted to', async () => {
    const { bob, cleo } = people;
    const media = await upload(app, people.ann, photo);

    await postImage(media, { audience: { level: 'only', userIds: [cleo.id] } });

    await get(cleo, media.url).expect(200);
    await get(bob, media.url).expect(404);
  });

  it('should take the picture along when the status is deleted', async () => {
    const { ann, bob } = people;
    const media = await upload(app, ann, photo);
    const status = await postImage(media);
    await get(bob, media.url).expect(200);

    await app.http.delete(`/api/status/${status.id}`).set(ann.auth).expect(204);

    await get(bob, media.url).expect(404);
  });

  it('should be answered a second time by its key, with the same picture', async () => {
    const media = await upload(app, people.ann, photo);
    const again = () =>
      try_(people.ann, { type: 'image', mediaId: media.id }).set('Idempotency-Key', 'photo');

    const first = await again().expect(201);
    const second = await again().expect(200);

    expect(second.body).toEqual(first.body);
  });

  it.each([
    ['without a picture', () => ({ type: 'image' }), 'mediaId', 'required'],
    [
      'with the colour of a text',
      (id: string) => ({ type: 'image', mediaId: id, backgroundColor: '#112233' }),
      'backgroundColor',
      'whitelistValidation',
    ],
    ['a video that is an image', (id: string) => ({ type: 'video', mediaId: id }), 'mediaId', 'kind'],
    [
      'a text with a picture',
      (id: string) => ({ type: 'text', text: 'x', mediaId: id }),
      'mediaId',
      'whitelistValidation',
    ],
  ])('should refuse %s', async (_, body, field, rule) => {
    const { id } = await upload(app, people.ann, photo);

    const answer = await try_(people.ann, body(id)).expect(400);

    expect(answer.body.error.details).toEqual([expect.objectContaining({ field, rule })]);
  });

  it("should not show anybody else's upload", async () => {
    const media = await upload(app, people.bob, photo);

    const { body } = await try_(people.ann, { type: 'image', mediaId: media.id }).expect(404);

    expect(body.error.message).toBe('Media not found');
    await get(people.ann, media.url).expect(404);
  });

  it('should be over for the picture at the moment it is over for the status', async () => {
    const { ann, bob } = people;
    const media = await upload(app, ann, photo);
    await postImage(media);
    app.clock.advance(24 * HOUR_MS - 10_000);
    await get(bob, media.url).expect(200);

    app.clock.advance(10_000);

    await get(bob, media.url).expect(404);
  });
});
