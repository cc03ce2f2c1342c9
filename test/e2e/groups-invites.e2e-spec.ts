import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { TestApp, TestUser } from '../support/create-test-app.js';
import { GroupScene } from '../support/group-scene.js';

interface Invite {
  token: string;
  url: string;
  expiresAt: string | null;
  maxUses: number | null;
  uses: number;
}

describe('an invite to a group', () => {
  let app: TestApp;
  let group: GroupScene;

  beforeAll(async () => {
    app = await GroupScene.createApp();
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    group = await GroupScene.open(app);
  });

  const create = async (options: object = {}): Promise<Invite> =>
    (await group.post(group.admin, '/invite', options).expect(201)).body as Invite;
  const preview = (by: TestUser, token: string) => app.http.get(`/api/invites/${token}`).set(by.auth);
  const join = (by: TestUser, token: string) => app.http.post(`/api/invites/${token}/join`).set(by.auth);
  const live = async (): Promise<Invite[]> =>
    ((await group.get(group.owner, '/invite').expect(200)).body as { items: Invite[] }).items;

  it('should have a token that nobody guesses, and be shown to admins again', async () => {
    const invite = await create();
    const other = await create({ expiresInSeconds: 60, maxUses: 3 });

    expect(invite).toEqual({
      token: expect.stringMatching(/^[\w-]{32}$/) as unknown,
      url: `${app.url}/api/invites/${invite.token}`,
      expiresAt: null,
      maxUses: null,
      uses: 0,
    });
    expect(other.token).not.toBe(invite.token);
    expect(Date.parse(other.expiresAt as string) - app.clock.nowMs()).toBeGreaterThan(50_000);
    expect(await live()).toEqual([invite, other]);
  });

  it('should tell title, number and picture to whoever has it, and nothing else', async () => {
    const { token } = await create();

    const { body } = await preview(group.stranger, token).expect(200);

    expect(body).toEqual({ title: 'group', memberCount: 3, avatarUrl: null });
    expect((await live())[0]).toMatchObject({ uses: 0 });
  });

  it('should let in whoever has it, once, and tell all members', async () => {
    const { token } = await create();
    const [ownerPhone, phone] = await Promise.all([
      app.connectAs(group.owner),
      app.connectAs(group.stranger),
    ]);

    const { body } = await join(group.stranger, token).expect(201);
    await join(group.stranger, token).expect(200);
    await join(group.member, token).expect(200);

    expect(body).toMatchObject({ id: group.chatId, memberCount: 4, me: { role: 'member' } });
    expect(await ownerPhone.next('member_added')).toMatchObject({ userId: group.stranger.id });
    expect(await ownerPhone.next('receive_message')).toMatchObject({
      senderId: group.stranger.id,
      system: { kind: 'member_added', userIds: [group.stranger.id] },
    });
    expect(await phone.next('chat_created')).toMatchObject({ id: group.chatId });
    expect((await live())[0]).toMatchObject({ uses: 1 });
    await group.send(group.stranger, 'hello');
  });

  it('should be made once by an Idempotency-Key, also when asked in parallel', async () => {
    const ask = (options: object) =>
      group.post(group.admin, '/invite', options).set('Idempotency-Key', `key-${group.chatId}`);

    const answers = await Promise.all([1, 2, 3].map(() => ask({ maxUses: 3, expiresInSeconds: 600 })));
    const again = await ask({ maxUses: 3, expiresInSeconds: 600 }).expect(200);
    const other = await ask({ maxUses: 4, expiresInSeconds: 600 }).expect(409);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect(new Set([...answers, again].map(({ body }) => (body as Invite).token)).size).toBe(1);
    expect(other.body).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(await live()).toHaveLength(1);
    app.clock.advance(24 * 3_600_000 + 1);
    group.admin.auth = (await app.login(group.admin.email)).auth;
    await ask({ maxUses: 4 }).expect(201);
  });

  it("should ask nobody: joining is one's own act", async () => {
    await app.http
      .patch('/api/users/me/privacy')
      .set(group.stranger.auth)
      .send({ groups: { level: 'nobody' } })
      .expect(200);
    await group.patch(group.owner, { settings: { addMembers: 'admins' } }).expect(200);

    await join(group.stranger, (await create()).token).expect(201);
  });

  it('should be used so many times, also when all come at once', async () => {
    const { token } = await create({ maxUses: 3 });
    const people = await app.users(8);

    const answers = await Promise.all(people.flatMap((one) => [join(one, token), join(one, token)]));

    const joined = people.filter((_, i) =>
      answers.slice(2 * i, 2 * i + 2).some(({ status }) => status < 300),
    );
    expect(joined).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(10);
    expect((await group.get(group.owner).expect(200)).body).toMatchObject({ memberCount: 6 });
    expect(await live()).toEqual([]);
    await preview(group.stranger, token).expect(410);
    await join(joined[0] as TestUser, token).expect(200); // in already
  });

  it('should count who comes twice at once as one, however many may come', async () => {
    for (const options of [{}, { maxUses: 2 }]) {
      const { token } = await create(options);
      const [one] = (await app.users(1)) as [TestUser];

      const answers = await Promise.all([1, 2, 3, 4].map(() => join(one, token)));

      expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
      expect((await live()).find((invite) => invite.token === token)).toMatchObject({ uses: 1 });
    }
  });

  it('should end by its time, or when it is revoked', async () => {
    const [timed, other] = [await create({ expiresInSeconds: 60 }), await create()];
    app.clock.advance(59_000);
    await preview(group.stranger, timed.token).expect(200);
    app.clock.advance(1_500);
    await preview(group.stranger, timed.token).expect(410);
    await join(group.stranger, timed.token).expect(410);
    await preview(group.stranger, other.token).expect(200);

    await group.delete(group.owner, '/invite').expect(204);
    await group.delete(group.owner, '/invite').expect(204);

    const { body } = await join(group.stranger, other.token).expect(410);
    expect(body).toMatchObject({ error: { code: 'GONE' } });
    expect(await live()).toEqual([]);
    await join(group.stranger, (await create()).token).expect(201);
  });

  it('should lead nobody in whom an admin has removed, and show them nothing, until they are added', async () => {
    const { token } = await create();

    for (const attempt of [preview, join]) {
      const { body } = await attempt(group.exMember, token).expect(403);
      expect(JSON.stringify(body)).not.toContain('"title"');
    }
    await group.add(group.owner, group.exMember).expect(201);
    await group.remove(group.exMember, group.exMember).expect(204);

    await join(group.exMember, token).expect(201); // left by themselves this time
  });

  it('should be full when the group is, without costing a use', async () => {
    const { token } = await create({ maxUses: 1 });
    const users = Array.from({ length: 1021 }, (_, n) => ({
      email: `full${n}@${group.chatId}.example.com`,
      passwordHash: 'x',
      name: `n ${n}`,
      nameKey: `n ${n}`,
      createdAt: new Date(),
    }));
    const { insertedIds } = await app.connection.collection('users').insertMany(users);
    await group.add(group.owner, ...Object.values(insertedIds).map((id) => ({ id: String(id) }))).expect(201);

    await join(group.stranger, token).expect(409);

    expect((await live())[0]).toMatchObject({ uses: 0 });
    await group.remove(group.owner, group.member).expect(204);
    await join(group.stranger, token).expect(201);
  });

  it('should be a handful at a time', async () => {
    for (let n = 0; n < 20; n += 1) await create();
    await group.post(group.admin, '/invite').expect(409);
    await group.delete(group.admin, '/invite').expect(204);
    await create();
  });

  it('should be the business of admins alone', async () => {
    const { token } = await create();
    const asked = (by: TestUser) => [
      group.post(by, '/invite'),
      group.get(by, '/invite'),
      group.delete(by, '/invite'),
      group.get(by, '/join-requests'),
      group.post(by, `/join-requests/${group.stranger.id}`, { accept: true }),
    ];

    for (const request of [...asked(group.member), ...asked(group.exMember)]) await request.expect(403);
    for (const request of asked(group.stranger)) await request.expect(404);
    await group.setRole(group.admin, 'member').expect(200);
    await group.post(group.admin, '/invite').expect(403);
    await preview(group.stranger, token).expect(200);
    await preview(group.stranger, 'x'.repeat(32)).expect(404);
    await join(group.stranger, 'x'.repeat(32)).expect(404);
    await preview(group.stranger, 'nonsense').expect(404);
    await join(group.stranger, 'nonsense').expect(404);
    await join(group.stranger, 'x'.repeat(65)).expect(400);
    const direct = await app.directChat(group.owner, group.member);
    await app.http.post(`/api/chats/${direct}/invite`).set(group.owner.auth).send({}).expect(403);
  });

  describe('where an admin has to agree', () => {
    let token: string;
    const waiting = async (): Promise<string[]> => {
      const { body } = await group.get(group.admin, '/join-requests').expect(200);
      return (body as { items: { userId: string }[] }).items.map(({ userId }) => userId);
    };
    const decide = (by: TestUser, user: TestUser, accept: boolean) =>
      group.post(by, `/join-requests/${user.id}`, { accept });

    beforeEach(async () => {
      ({ token } = await create({ maxUses: 2 }));
      await group.patch(group.owner, { settings: { joinApproval: true } }).expect(200);
    });

    it('should make who comes wait, and tell the admins alone, once', async () => {
      const [ownerPhone, adminPhone, memberPhone, phone] = await Promise.all(
        [group.owner, group.admin, group.member, group.stranger].map((user) => app.connectAs(user)),
      );

      const { body } = await join(group.stranger, token).expect(202);
      await join(group.stranger, token).expect(202);

      expect(body).toEqual({ chatId: group.chatId, status: 'pending' });
      for (const device of [ownerPhone, adminPhone]) {
        await device?.settle();
        expect(device?.heard).toMatchObject([
          { event: 'join_requested', payload: { chatId: group.chatId, userId: group.stranger.id } },
        ]);
      }
      for (const device of [memberPhone, phone]) {
        await device?.settle();
        expect(device?.heard).toEqual([]);
      }
      expect(await waiting()).toEqual([group.stranger.id]);
      expect((await live())[0]).toMatchObject({ uses: 1 });
      await group.get(group.stranger).expect(404);
    });

    it('should let them in when an admin agrees, also when two do', async () => {
      await join(group.stranger, token).expect(202);
      const [adminPhone, phone] = await Promise.all([
        app.connectAs(group.admin),
        app.connectAs(group.stranger),
      ]);

      const answers = await Promise.all([
        decide(group.owner, group.stranger, true),
        decide(group.admin, group.stranger, true),
      ]);

      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
      expect(await phone.next('chat_created')).toMatchObject({ id: group.chatId });
      expect(await adminPhone.next('join_decided')).toEqual({
        chatId: group.chatId,
        userId: group.stranger.id,
        accepted: true,
      });
      await adminPhone.settle();
      expect(adminPhone.all('member_added')).toHaveLength(1);
      expect(adminPhone.all('join_decided')).toHaveLength(1);
      expect(await waiting()).toEqual([]);
      await decide(group.admin, group.stranger, true).expect(204);
      await decide(group.admin, group.stranger, false).expect(404);
    });

    it('should turn them away without a word to them, and let them ask again', async () => {
      await join(group.stranger, token).expect(202);
      const phone = await app.connectAs(group.stranger);

      await decide(group.admin, group.stranger, false).expect(204);

      await phone.settle();
      expect(phone.heard).toEqual([]);
      expect(await waiting()).toEqual([]);
      await group.get(group.stranger).expect(404);
      expect((await live())[0]).toMatchObject({ uses: 0 });
      await join(group.stranger, token).expect(202);
      expect((await live())[0]).toMatchObject({ uses: 1 });
    });

    it('should end the waiting of who is added, or who joins once nobody has to agree', async () => {
      const [one, two] = (await app.users(2)) as [TestUser, TestUser];
      await join(one, token).expect(202);
      await join(two, token).expect(202);
      const phone = await app.connectAs(group.admin);

      await group.add(group.member, one).expect(201);
      await phone.next('join_decided', ({ userId }: { userId: string }) => userId === one.id);
      await group.patch(group.owner, { settings: { joinApproval: false } }).expect(200);
      await join(two, token).expect(201);
      await phone.next('join_decided', ({ userId }: { userId: string }) => userId === two.id);

      expect(await waiting()).toEqual([]);
    });

    it('should count who asks twice at once as one, and give the use back where any number may come', async () => {
      ({ token } = await create());
      const uses = async () => (await live()).find((invite) => invite.token === token)?.uses;

      await Promise.all([1, 2, 3].map(() => join(group.stranger, token).expect(202)));

      expect(await uses()).toBe(1);
      await decide(group.admin, group.stranger, false).expect(204);
      expect(await uses()).toBe(0);
    });

    it('should list who waits by pages', async () => {
      ({ token } = await create());
      const people = await app.users(5);
      for (const one of people) await join(one, token).expect(202);

      const first = await group.get(group.admin, '/join-requests?limit=3').expect(200);
      const { items, nextCursor } = first.body as { items: { userId: string }[]; nextCursor: string };
      const rest = await group.get(group.admin, `/join-requests?cursor=${nextCursor}`).expect(200);

      const found = [...items, ...(rest.body as { items: { userId: string }[] }).items];
      expect(found.map(({ userId }) => userId)).toEqual(people.map(({ id }) => id).toSorted());
      expect(rest.body).toMatchObject({ nextCursor: null });
    });
  });
});
