import { may, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { SECRET } from './access-world.js';

const NO_READER = { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const ADMINS = { ...NO_READER, exMember: 'FORBIDDEN', member: 'FORBIDDEN' } as const;
const TOKEN = 'whoever has the token may look at what it leads to';

/** A group with Pat in it as well. */
async function withPat({ world, ann, pat }: Scene): Promise<string> {
  const { id } = await world.group();
  await world.ok(ann, 'post', `/chats/${id}/members`, { userIds: [pat.id] });
  return id;
}

/** A group that Pat waits to be let into. */
async function withPatWaiting({ world, ann, pat }: Scene): Promise<string> {
  const { id } = await world.group();
  await world.ok(ann, 'patch', `/chats/${id}`, { settings: { joinApproval: true } });
  const { token } = await world.ok(ann, 'post', `/chats/${id}/invite`, {});
  await world.ok(pat, 'post', `/invites/${token}/join`);
  return id;
}

async function invite({ world, ann }: Scene, settings?: object): Promise<string> {
  const { id } = await world.group();
  const avatarMediaId = await world.picture(ann);
  await world.ok(ann, 'patch', `/chats/${id}`, { avatarMediaId, ...(settings && { settings }) });
  return (await world.ok(ann, 'post', `/chats/${id}/invite`, {})).token as string;
}

/** Who is in a group, as what, and how one gets there. */
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
    target: 'GET /api/chats/{id}/invite',
    ask: ({ groupId }) => ({ params: { id: groupId } }),
    outsiders: ADMINS,
  },
  {
    target: 'POST /api/chats/{id}/invite',
    ask: ({ groupId }) => ({ params: { id: groupId }, body: {} }),
    outsiders: ADMINS,
  },
  {
    target: 'DELETE /api/chats/{id}/invite',
    ask: ({ groupId }) => ({ params: { id: groupId } }),
    outsiders: ADMINS,
  },
  {
    target: 'GET /api/chats/{id}/join-requests',
    ask: async (scene) => ({ params: { id: await withPatWaiting(scene) } }),
    outsiders: ADMINS,
  },
  ...[true, false].map((accept): Row => ({
    target: 'POST /api/chats/{id}/join-requests/{userId}',
    about: accept ? 'letting in' : 'turning away',
    ask: async (scene) => ({
      params: { id: await withPatWaiting(scene), userId: scene.pat.id },
      body: { accept },
    }),
    outsiders: ADMINS,
    told: ['ann', 'join_decided'],
  })),
  {
    target: 'GET /api/invites/{token}',
    ask: async (scene) => ({ params: { token: await invite(scene) } }),
    outsiders: {
      stranger: may(TOKEN, { sees: SECRET }),
      blocked: may(TOKEN, { sees: SECRET }),
      exMember: 'FORBIDDEN',
    },
  },
  {
    target: 'GET /api/invites/{token}/avatar',
    ask: async (scene) => ({ params: { token: await invite(scene) } }),
    outsiders: { stranger: may(TOKEN), blocked: may(TOKEN), exMember: 'FORBIDDEN' },
  },
  {
    target: 'POST /api/invites/{token}/join',
    ask: async (scene) => ({
      params: { token: await invite(scene) },
      by: await scene.world.newcomer(),
    }),
    outsiders: { exMember: 'FORBIDDEN' },
    told: ['bob', 'member_added'],
  },
  {
    target: 'POST /api/invites/{token}/join',
    about: 'with a token that was revoked',
    ask: async ({ world, ann }, who) => {
      const { id } = await world.group();
      const { token } = await world.ok(ann, 'post', `/chats/${id}/invite`, {});
      if (who !== ann) await world.ok(ann, 'delete', `/chats/${id}/invite`);
      return { params: { token: token as string } };
    },
    outsiders: { stranger: 'GONE', blocked: 'GONE', exMember: 'FORBIDDEN' },
  },
  {
    target: 'POST /api/invites/{token}/join',
    about: 'where an admin has to agree',
    ask: async (scene) => ({
      params: { token: await invite(scene, { joinApproval: true }) },
      by: await scene.world.newcomer(),
    }),
    outsiders: { stranger: may('asks to be let in', { isShared: true }), exMember: 'FORBIDDEN' },
    told: ['ann', 'join_requested'],
  },
];
