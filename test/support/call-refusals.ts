import type { Pair } from './calls.js';
import type { TestApp, TestUser } from './create-test-app.js';

interface Rule {
  level: string;
  userIds?: string[];
}

/** What people settle about each other by REST. */
export function relations(app: () => TestApp) {
  return {
    block: (user: TestUser, other: { id: string }) =>
      app().http.put(`/api/blocks/${other.id}`).set(user.auth).expect(204),
    unblock: (user: TestUser, other: { id: string }) =>
      app().http.delete(`/api/blocks/${other.id}`).set(user.auth).expect(204),
    privacy: (user: TestUser, calls: Rule) =>
      app().http.patch('/api/users/me/privacy').set(user.auth).send({ calls }).expect(200),
    save: (user: TestUser, other: { id: string }) =>
      app().http.put(`/api/contacts/${other.id}`).set(user.auth).expect(204),
  };
}

/** Every way in which Bob does not admit the calls of Ann, by name. */
export function refusals(app: () => TestApp): [string, (pair: Pair) => Promise<unknown>][] {
  const { block, privacy, save } = relations(app);
  return [
    ['has blocked the caller', ({ ann, bob }) => block(bob.user, ann)],
    ['admits nobody', ({ bob }) => privacy(bob.user, { level: 'nobody' })],
    ['admits contacts, and has not saved the caller', ({ bob }) => privacy(bob.user, { level: 'contacts' })],
    ['admits only others', ({ bob }) => privacy(bob.user, { level: 'only', userIds: [] })],
    [
      'excepts the caller',
      async ({ ann, bob }) => {
        await save(bob.user, ann);
        await privacy(bob.user, { level: 'contacts_except', userIds: [ann.id] });
      },
    ],
  ];
}

/** Without what differs between any two calls: ids, times, credentials. */
export function masked(value: unknown, { ann, bob, chatId }: Pair, callId: string): unknown {
  const names: Record<string, string> = {
    [ann.id]: 'ann',
    [bob.id]: 'bob',
    [chatId]: 'chat',
    [callId]: 'call',
  };
  const text = JSON.stringify(value).replace(/[0-9a-f]{24}/g, (id) => names[id] ?? id);
  return JSON.parse(
    text.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"a time"').replace(/"\d+:ann"/g, '"a name"'),
  );
}
