import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Cluster, type Person } from '../support/cluster.js';
import { requires } from '../support/requires.js';

describe.runIf(requires('redis-server'))('several nodes', () => {
  let cluster: Cluster;
  let ann: Person;
  let bob: Person;

  beforeAll(async () => {
    cluster = await Cluster.start(2);
    [ann, bob] = (await cluster.people(2)) as [Person, Person];
  }, 120_000);

  afterAll(() => cluster.stop());

  it('should bring a message to the devices on the other node', async () => {
    const chatId = await cluster.directChat(ann, bob);
    const annPhone = await cluster.connect(ann, 0);
    const bobPhone = await cluster.connect(bob, 1);
    const bobTablet = await cluster.connect(bob, 0);

    await annPhone.ok('new_message', { chatId, clientMessageId: 'x1', text: 'hi' });

    for (const phone of [annPhone, bobPhone, bobTablet])
      expect(await phone.next('receive_message')).toMatchObject({ text: 'hi' });
  });

  it('should close the sockets of a login that ends on the other node', async () => {
    const again = await cluster.login(ann.email, 1);
    const phone = await cluster.connect(again, 0);
    const gone = phone.disconnected();

    await cluster.http(1).post('/api/auth/logout').set(again.auth).expect(204);

    expect(await phone.next('session_revoked')).toEqual({ sessionId: expect.any(String) });
    await gone;
  });
});
