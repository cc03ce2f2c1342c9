import { may, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';

const NO_READER = { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const ADMINS = { ...NO_READER, exMember: 'FORBIDDEN', member: 'FORBIDDEN' } as const;

/** A group with Pat in it as well. */
async function withPat({ world, ann, pat }: Scene): Promise<string> {
  const { id } = await world.group();
  await world.ok(ann, 'post', `/chats/${id}/members`, { userIds: [pat.id] });
  return id;
}

/** A group of which Bob and Pat are admins. */
async function withAdmins(scene: Scene): Promise<string> {
  const { world, ann, bob, pat } = scene;
  const id = await withPat(scene);
  for (const who of [bob, pat])
    await world.ok(ann, 'patch', `/chats/${id}/members/${who.id}`, { role: 'admin' });
  return id;
}

/** Who is in a group, and as what. */
export const GROUPS: Row[] = [
  {
    target: 'GET /api/chats/{id}/members',
    ask: ({ groupId }) => ({ params: { id: groupId } }),
    by: 'bob',
    outsiders: { ...NO_READER, exMember: 'FORBIDDEN' },
  },
  {
    target: 'POST /api/chats/{id}/members',
    ask: async ({ world, pat }) => ({
      params: { id: (await world.group()).id },
      body: { userIds: [pat.id] },
    }),
    outsiders: {
      ...NO_READER,
      exMember: 'FORBIDDEN',
      member: may('members add people until admins say otherwise', { isShared: true }),
    },
    told: ['bob', 'member_added'],
  },
  {
    target: 'POST /api/chats/{id}/members',
    about: 'where that is for admins',
    ask: async ({ world, ann, pat }) => {
      const { id } = await world.group();
      await world.ok(ann, 'patch', `/chats/${id}`, { settings: { addMembers: 'admins' } });
      return { params: { id }, body: { userIds: [pat.id] } };
    },
    outsiders: ADMINS,
    told: ['bob', 'member_added'],
  },
  {
    target: 'POST /api/chats/{id}/members',
    about: 'themselves',
    ask: async ({ world, ann, pat }, who) => ({
      params: { id: (await world.group()).id },
      body: { userIds: [who === ann ? pat.id : who.id] },
    }),
    outsiders: { ...NO_READER, exMember: 'FORBIDDEN' },
    told: ['bob', 'member_added'],
  },
  {
    target: 'POST /api/chats/{id}/members',
    about: 'who has blocked them',
    ask: async ({ world, ann, pat }, who) => ({
      params: { id: await world.app.group(who, [pat]) },
      body: { userIds: [ann.id] },
    }),
    by: 'bob',
    outsiders: { blocked: 'FORBIDDEN' },
    told: ['ann', 'chat_created'],
  },
  {
    target: 'PATCH /api/chats/{id}/members/{userId}',
    ask: async (scene) => ({
      params: { id: await withPat(scene), userId: scene.pat.id },
      body: { role: 'admin' },
    }),
    outsiders: ADMINS,
    told: ['bob', 'member_role'],
  },
  {
    target: 'PATCH /api/chats/{id}/members/{userId}',
    about: 'their own role',
    ask: async (scene, who) => ({
      params: { id: await withPat(scene), userId: who === scene.ann ? scene.pat.id : who.id },
      body: { role: 'admin' },
    }),
    outsiders: ADMINS,
    told: ['bob', 'member_role'],
  },
  {
    target: 'DELETE /api/chats/{id}/members/{userId}',
    ask: async (scene) => ({ params: { id: await withPat(scene), userId: scene.pat.id } }),
    outsiders: ADMINS,
    told: ['bob', 'member_removed'],
  },
  {
    target: 'DELETE /api/chats/{id}/members/{userId}',
    about: 'an admin',
    ask: async (scene) => ({ params: { id: await withAdmins(scene), userId: scene.bob.id } }),
    outsiders: { ...NO_READER, exMember: 'FORBIDDEN', admin: 'FORBIDDEN' },
    told: ['bob', 'member_removed'],
  },
  {
    target: 'PATCH /api/chats/{id}/members/{userId}',
    about: 'handing the group over',
    ask: async (scene) => ({
      params: { id: await withAdmins(scene), userId: scene.pat.id },
      body: { role: 'owner' },
    }),
    outsiders: { ...ADMINS, admin: 'FORBIDDEN' },
    told: ['bob', 'member_role'],
  },
];
