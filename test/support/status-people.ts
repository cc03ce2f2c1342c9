import type { TestApp, TestUser } from './create-test-app.js';
import type { TestSocket } from './test-socket.js';

/** An author with two devices, and one of each kind that may look at a status or not. */
export interface StatusPeople {
  ann: TestUser;
  /** Ann has saved him. */
  bob: TestUser;
  /** Has a direct chat with Ann. */
  cleo: TestUser;
  /** Ann has saved him, and blocked him. */
  mallory: TestUser;
  /** Knows nobody; listens. */
  eve: TestUser;
  annPhone: TestSocket;
  annLaptop: TestSocket;
  bobPhone: TestSocket;
  cleoPhone: TestSocket;
  malloryPhone: TestSocket;
  evePhone: TestSocket;
}

export async function statusPeople(app: TestApp): Promise<StatusPeople> {
  const [ann, bob, cleo, mallory, eve] = (await app.users(5)) as [
    TestUser,
    TestUser,
    TestUser,
    TestUser,
    TestUser,
  ];
  await save(app, ann, bob);
  await save(app, ann, mallory);
  await app.http.put(`/api/blocks/${mallory.id}`).set(ann.auth).expect(isOk);
  await app.directChat(ann, cleo);
  const [annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone] = (await Promise.all(
    [ann, ann, bob, cleo, mallory, eve].map((user) => app.connectAs(user)),
  )) as [TestSocket, TestSocket, TestSocket, TestSocket, TestSocket, TestSocket];
  const users = { ann, bob, cleo, mallory, eve };
  return { ...users, annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone };
}

export async function save(app: TestApp, owner: TestUser, contact: TestUser): Promise<void> {
  await app.http.put(`/api/contacts/${contact.id}`).set(owner.auth).expect(isOk);
}

export async function post(app: TestApp, author: TestUser, body: object = {}): Promise<any> {
  const status = { type: 'text', text: 'at the sea', ...body };
  return (await app.http.post('/api/status').set(author.auth).send(status).expect(201)).body;
}

/** Author ids of somebody's feed, in its order. */
export async function feedOf(app: TestApp, reader: TestUser, query = ''): Promise<any> {
  return (await app.http.get(`/api/status${query}`).set(reader.auth).expect(200)).body;
}

export function isOk({ status, body }: { status: number; body: unknown }): void {
  if (status >= 300) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
}
