import { PASSWORD } from '../create-test-app.js';
import { imageOf } from '../media-files.js';
import { may, own, type Row } from './access-row.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const LISTS = "one's own list: whom it names is not told";

const somebody: Row['ask'] = async ({ world }) => ({ params: { userId: (await world.newcomer()).id } });
const ann: Row['ask'] = ({ ann: { id } }) => ({ params: { userId: id } });

/** A deed that ends something of whoever does it: by somebody made for it. */
const byNewcomer = (target: string, isPublic: string | undefined, ask: Row['ask']): Row => ({
  target,
  ask: async (scene, who) => ({ by: await scene.world.newcomer(), ...(await ask(scene, who)) }),
  outsiders: {},
  ...(isPublic && { isPublic }),
});

/** Logins, one's own account, other people. */
export const PEOPLE: Row[] = [
  byNewcomer('POST /api/auth/register', 'it is how one comes in', ({ world }) => ({
    body: { email: `${world.unique().replace(' ', '')}@example.com`, password: PASSWORD, name: 'New' },
  })),
  byNewcomer('POST /api/auth/login', 'the password is asked', ({ bob }) => ({
    body: { email: bob.email, password: PASSWORD },
  })),
  {
    target: 'POST /api/auth/login',
    about: "with one's own password for somebody else",
    ask: ({ ann: { email } }, who) => ({
      body: { email, password: who.email === email ? PASSWORD : 'another password of mine' },
    }),
    outsiders: { stranger: 'UNAUTHENTICATED', blocked: 'UNAUTHENTICATED' },
    isPublic: 'the password is asked',
  },
  byNewcomer('POST /api/auth/refresh', 'the refresh token is asked', async ({ world }) => {
    const by = await world.newcomer();
    return { by, body: { refreshToken: by.refreshToken } };
  }),
  byNewcomer('POST /api/auth/logout', undefined, () => ({})),
  byNewcomer('POST /api/auth/password', undefined, () => ({
    body: { currentPassword: PASSWORD, newPassword: `${PASSWORD} 2` },
  })),
  own('GET /api/auth/sessions', 'their own logins'),
  own('DELETE /api/auth/sessions', 'their own other logins'),
  {
    target: 'DELETE /api/auth/sessions/{id}',
    ask: async ({ world, ann: { email } }) => {
      const { token } = await world.app.login(email);
      const other = { Authorization: `Bearer ${token}` };
      const { body } = await world.app.http.get('/api/auth/sessions').set(other);
      const { id } = (body.items as { id: string; current: boolean }[]).find(({ current }) => current)!;
      return { params: { id } };
    },
    outsiders: { ...NOBODY, member: 'NOT_FOUND' },
  },
  own('GET /api/users/me', 'themselves'),
  own('GET /api/user/profile', 'themselves'),
  {
    target: 'PATCH /api/users/me',
    ask: () => ({ body: { name: 'New name' } }),
    outsiders: { stranger: may('themselves'), exMember: may('themselves') },
  },
  {
    target: 'DELETE /api/users/me',
    ask: async ({ world, ann: owner, groupId }) => {
      const by = await world.newcomer();
      await world.ok(owner, 'post', `/chats/${groupId}/members`, { userIds: [by.id] });
      await world.ok(by, 'put', `/contacts/${owner.id}`);
      return { by, body: { password: PASSWORD } };
    },
    outsiders: {},
    told: ['bob', 'member_removed'],
  },
  {
    target: 'DELETE /api/users/me',
    about: 'without the password',
    ask: async ({ world, ann: owner }, who) => ({
      by: await world.newcomer(),
      body: { password: who === owner ? PASSWORD : 'another password' },
    }),
    outsiders: { stranger: 'FORBIDDEN', exMember: 'FORBIDDEN' },
  },
  own('GET /api/users/me/export', 'a copy of what is theirs'),
  own('GET /api/users/me/privacy', 'their own settings'),
  own('PATCH /api/users/me/privacy', 'their own settings', () => ({ body: { readReceipts: true } })),
  own('PUT /api/users/me/avatar', 'a picture of their own', async ({ world }, who) => ({
    body: { mediaId: await world.picture(who) },
  })),
  {
    target: 'PUT /api/users/me/avatar',
    about: 'from a file of somebody else',
    ask: async ({ world, bob, message }, who) => ({
      body: { mediaId: who === bob ? await world.picture(bob) : message.attachments[0].id },
    }),
    by: 'bob',
    outsiders: { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' },
  },
  {
    target: 'GET /api/users',
    ask: () => ({ query: '?search=user' }),
    outsiders: {
      stranger: may('names are how people find each other'),
      exMember: may('as everybody'),
      blocked: may('a block does not hide the name'),
    },
  },
  {
    target: 'GET /api/users/{id}',
    ask: ({ ann: { id } }) => ({ params: { id } }),
    by: 'bob',
    outsiders: {
      stranger: may('the name, and what privacy leaves of the rest'),
      exMember: may('as a stranger'),
      blocked: may('as a stranger'),
    },
  },
  own('GET /api/contacts', LISTS),
  {
    target: 'PUT /api/contacts/{userId}',
    ask: ann,
    by: 'bob',
    outsiders: { stranger: may(LISTS), exMember: may(LISTS) },
  },
  {
    target: 'DELETE /api/contacts/{userId}',
    ask: ann,
    by: 'bob',
    outsiders: { stranger: may(LISTS), exMember: may(LISTS) },
  },
  own('GET /api/blocks', LISTS),
  own('PUT /api/blocks/{userId}', LISTS, somebody),
  own('DELETE /api/blocks/{userId}', LISTS, ann),
  {
    target: 'POST /api/reports',
    about: 'a message',
    ask: ({ message }) => ({ body: { messageId: message.id, reason: 'spam' } }),
    outsiders: NOBODY,
  },
  {
    target: 'POST /api/reports',
    about: 'a message of the time before',
    ask: ({ past }) => ({ body: { messageId: past.id, reason: 'spam' } }),
    outsiders: {
      stranger: 'NOT_FOUND',
      exMember: may('they have read it; nobody is told', { isShared: true }),
    },
  },
  {
    target: 'POST /api/reports',
    about: 'a status',
    ask: ({ statusId }) => ({ body: { statusId, reason: 'spam' } }),
    by: 'bob',
    outsiders: NOBODY,
  },
  own('POST /api/reports', 'anybody is reported by anybody; nobody is told', async ({ world }) => ({
    body: { userId: (await world.newcomer()).id, reason: 'spam' },
  })),
  {
    target: 'POST /api/sync',
    ask: ({ groupId, directId }) => ({ body: { chats: { [groupId]: 0, [directId]: 0 } } }),
    outsiders: {
      stranger: may('foreign ids are passed over'),
      exMember: may('up to their removal', { sees: 'removedChats' }),
      blocked: may('foreign ids are passed over'),
    },
  },
  own('POST /api/media', 'a file of their own, which nobody else sees', async () => ({
    file: await imageOf(),
  })),
  ...['', '/thumbnail'].flatMap((path): Row[] => [
    {
      target: `GET /api/media/{id}${path}`,
      ask: ({ message }) => ({ params: { id: message.attachments[0].id } }),
      outsiders: NOBODY,
    },
    {
      target: `GET /api/media/{id}${path}`,
      about: 'of the time before',
      ask: ({ past }) => ({ params: { id: past.attachments[0].id } }),
      outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: may('it is of their past') },
    },
    {
      target: `GET /api/media/{id}${path}`,
      about: 'of a status',
      ask: ({ statusMediaId }) => ({ params: { id: statusMediaId } }),
      by: 'bob',
      outsiders: NOBODY,
    },
  ]),
  ...['/health/live', '/health/ready'].map((path): Row => ({
    target: `GET ${path}`,
    ask: () => ({}),
    outsiders: { stranger: may('it tells nothing of anybody') },
    isPublic: 'for whatever watches the server',
  })),
];
