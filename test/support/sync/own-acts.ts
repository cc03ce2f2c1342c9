import type { TestUser } from '../create-test-app.js';
import type { Act } from './message-acts.js';
import type { SyncWorld, WorldChat } from './sync-world.js';

const HOUR_MS = 3_600_000;

/** The one who tells the story keeps all of it. */
const notTheTeller =
  (act: Act): Act =>
  async (world, chat, user) =>
    user !== world.storyTeller && act(world, chat, user);

const inGroups =
  (act: Act): Act =>
  async (world, chat, user) =>
    !chat.isDirect && act(world, chat, user);

async function drop(world: SyncWorld, chat: WorldChat, { id }: TestUser, isDone: boolean): Promise<boolean> {
  if (!isDone) return false;
  chat.members.delete(id);
  chat.leftAt.set(id, await world.lastSeq(chat));
  return true;
}

function set(body: (world: SyncWorld) => object, path = ''): Act {
  return async (world, chat, user) =>
    (await world.rest(user, 'patch', `/api/chats/${chat.id}${path}`, body(world))) !== null;
}

/** What happens one after the other: coming and going, settings, and what concerns oneself alone. */
export const OTHER_ACTS: Record<string, [weight: number, act: Act]> = {
  leave: [
    3,
    notTheTeller(
      inGroups(async (world, chat, user) => {
        if (!chat.members.has(user.id)) return false;
        const path = world.random.chance(0.5) ? '/me' : `/members/${user.id}`;
        return drop(
          world,
          chat,
          user,
          (await world.rest(user, 'delete', `/api/chats/${chat.id}${path}`)) !== null,
        );
      }),
    ),
  ],
  remove: [
    3,
    inGroups(async (world, chat, user) => {
      const other = world.random.pick(world.users.slice(1));
      if (other === user) return false;
      return drop(
        world,
        chat,
        other,
        (await world.rest(user, 'delete', `/api/chats/${chat.id}/members/${other.id}`)) !== null,
      );
    }),
  ],
  add: [
    7,
    inGroups(async (world, chat, user) => {
      const others = world.users.filter(({ id }) => !chat.members.has(id));
      if (others.length === 0) return false;
      const { id } = world.random.pick(others);
      const answer = await world.rest(user, 'post', `/api/chats/${chat.id}/members`, { userIds: [id] });
      if (answer) chat.members.add(id);
      return answer !== null;
    }),
  ],
  join: [
    4,
    inGroups(async (world, chat) => {
      const user = world.random.pick(world.users);
      const answer = await world.rest(user, 'post', `/api/invites/${chat.inviteToken}/join`);
      if (answer) chat.members.add(user.id);
      return answer !== null;
    }),
  ],
  role: [
    3,
    inGroups(async (world, chat, user) => {
      const role = world.random.pick(['admin', 'member', 'owner']);
      const { id } = world.random.pick(world.users);
      return (await world.rest(user, 'patch', `/api/chats/${chat.id}/members/${id}`, { role })) !== null;
    }),
  ],
  rename: [3, set((world) => ({ title: world.next('title') }))],
  settings: [
    3,
    set(({ random }) => ({
      settings: {
        editInfo: random.pick(['all', 'admins']),
        send: random.chance(0.2) ? 'admins' : 'all',
        disappearingSeconds: random.pick([0, 0, 86_400]),
      },
    })),
  ],
  'delete for me': [
    4,
    notTheTeller(async (world, chat, user) => {
      if (chat.recent.length === 0) return false;
      const { id: messageId } = world.random.pick(chat.recent.slice(-25));
      const answer = world.random.chance(0.5)
        ? await world.socket(user, 'delete_message', { messageId, for: 'me' })
        : await world.rest(user, 'delete', `/api/messages/${messageId}?for=me`);
      if (answer) chat.doings.get(user.id)?.deletedIds.add(messageId);
      return answer !== null;
    }),
  ],
  star: [
    5,
    async (world, chat, user) => {
      if (chat.recent.length === 0) return false;
      const { id } = world.random.pick(chat.recent.slice(-25));
      const method = world.random.chance(0.7) ? 'put' : 'delete';
      return (await world.rest(user, method, `/api/messages/${id}/star`)) !== null;
    },
  ],
  clear: [
    1,
    notTheTeller(async (world, chat, user) => {
      const seq = await goneSeq(world, chat, user);
      const answer = await world.rest(user, 'post', `/api/chats/${chat.id}/clear`);
      if (answer) goneUpTo(chat, user, seq);
      return answer !== null;
    }),
  ],
  'delete chat': [
    2,
    notTheTeller(async (world, chat, user) => {
      if (chat.members.has(user.id) && !chat.isDirect) return false;
      const seq = await goneSeq(world, chat, user);
      const answer = await world.rest(user, 'delete', `/api/chats/${chat.id}/me`);
      if (answer) goneUpTo(chat, user, seq);
      return answer !== null;
    }),
  ],
  unread: [
    3,
    async (world, chat, user) => (await world.rest(user, 'post', `/api/chats/${chat.id}/unread`)) !== null,
  ],
  preferences: [
    4,
    set(({ app, random }) => {
      const mutedUntil = new Date(app.clock.nowMs() + HOUR_MS).toISOString();
      return random.pick([{ archived: random.chance(0.5) }, { pinned: random.chance(0.5) }, { mutedUntil }]);
    }, '/me'),
  ],
  profile: [
    1,
    async (world, _, user) =>
      (await world.rest(user, 'patch', '/api/users/me', { name: world.next('name') })) !== null,
  ],
  contact: [
    2,
    async (world, _, user) => {
      const { id } = world.random.pick(world.users);
      return (await world.rest(user, world.random.pick(['put', 'delete']), `/api/contacts/${id}`)) !== null;
    },
  ],
  privacy: [
    1,
    async (world, _, user) => {
      const settings = { readReceipts: world.random.chance(0.5) };
      return (await world.rest(user, 'patch', '/api/users/me/privacy', settings)) !== null;
    },
  ],
  time: [
    2,
    async ({ app, random }) => {
      app.clock.advance(HOUR_MS * (1 + random.below(20)));
      return true;
    },
  ],
};

/** Who is gone deletes up to their end; what is behind it is not theirs anyway. */
async function goneSeq(world: SyncWorld, chat: WorldChat, { id }: TestUser): Promise<number> {
  return chat.members.has(id) ? world.lastSeq(chat) : (chat.leftAt.get(id) ?? 0);
}

function goneUpTo({ doings }: WorldChat, { id }: TestUser, seq: number): void {
  const doing = doings.get(id);
  if (doing) doing.goneUpTo = Math.max(doing.goneUpTo, seq);
}
