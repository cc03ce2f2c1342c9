import { may, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { SECRET } from './access-world.js';

const ADMINS = {
  stranger: 'NOT_FOUND',
  blocked: 'NOT_FOUND',
  exMember: 'FORBIDDEN',
  member: 'FORBIDDEN',
} as const;
const TOKEN = 'whoever has the token may look at what it leads to';

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

/** How one gets into a group without being added. */
export const INVITES: Row[] = [
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
