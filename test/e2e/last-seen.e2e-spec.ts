import { describe, expect, it } from 'vitest';

import { createTestApp, databaseUri, type TestUser } from '../support/create-test-app.js';

describe('last seen', () => {
  it('should know after a restart when somebody was last seen who was online until then', async () => {
    const shared = {
      MONGODB_URI: databaseUri(`shared_${process.pid}_${Date.now()}`),
      JWT_SECRET: 'one secret for both of these servers!',
    };
    const before = await createTestApp(shared);
    const [dan, fay] = (await before.users(2)) as [TestUser, TestUser];
    await before.http.put(`/api/contacts/${fay.id}`).set(dan.auth).expect(204);
    await before.connectAs(dan);
    await before.app.close();
    const after = await createTestApp(shared);

    const { body } = await after.http.get(`/api/users/${dan.id}`).set(fay.auth).expect(200);

    expect(body).toMatchObject({ online: false, lastSeenAt: expect.stringMatching(/Z$/) });
    await after.connection.dropDatabase();
    await after.close();
  });
});
