import type { MessageView } from '../../../src/messages/message.view.js';
import type { TestUser } from '../create-test-app.js';
import type { SyncWorld, WorldChat } from './sync-world.js';

/** Something that a person does; answers whether it was done. */
export type Act = (world: SyncWorld, chat: WorldChat, user: TestUser) => Promise<boolean>;

const EMOJI = ['👍', '❤️', '😂'];
const HOUR_SECONDS = 3600;

function anyMessage({ random }: SyncWorld, { recent }: WorldChat): MessageView | undefined {
  return recent.length > 0 ? random.pick(recent.slice(-25)) : undefined;
}

async function send(world: SyncWorld, chat: WorldChat, user: TestUser, content: object): Promise<boolean> {
  const { random } = world;
  const body = {
    clientMessageId: world.next('c'),
    ...content,
    ...(random.chance(0.15) && { expiresInSeconds: HOUR_SECONDS * (1 + random.below(30)) }),
  };
  const message = random.chance(0.5)
    ? ((await world.rest(user, 'post', `/api/chats/${chat.id}/messages`, body)) as MessageView | null)
    : (await world.socket(user, 'new_message', { chatId: chat.id, ...body }))?.message;
  if (message) chat.recent.push(message);
  return message !== undefined && message !== null;
}

/** What needs a message: by socket where there is an event for it, or by REST. */
function onMessage(
  event: (message: MessageView, world: SyncWorld, chat: WorldChat) => [name: string, payload: object] | null,
  route: (
    message: MessageView,
    payload: any,
  ) => Parameters<SyncWorld['rest']> extends [unknown, ...infer R] ? R : never,
): Act {
  return async (world, chat, user) => {
    const message = anyMessage(world, chat);
    const told = message && event(message, world, chat);
    if (!message || !told) return false;
    const [name, payload] = told;
    const answer = world.random.chance(0.5)
      ? await world.socket(user, name, { messageId: message.id, ...payload })
      : await world.rest(user, ...route(message, payload));
    return answer !== null;
  };
}

function receipt(event: string): Act {
  return async (world, chat, user) => {
    const seq = await world.lastSeq(chat);
    if (seq === 0) return false;
    return (await world.socket(user, event, { chatId: chat.id, seq: 1 + world.random.below(seq) })) !== null;
  };
}

/** What may happen at the same time, with how often. */
export const MESSAGE_ACTS: Record<string, [weight: number, act: Act]> = {
  text: [20, (world, chat, user) => send(world, chat, user, { text: world.next('text') })],
  reply: [
    9,
    async (world, chat, user) => {
      const message = anyMessage(world, chat);
      if (!message) return false;
      return send(world, chat, user, { text: world.next('reply'), replyToId: message.id });
    },
  ],
  poll: [
    3,
    (world, chat, user) => {
      const options = ['a', 'b', 'c'];
      const poll = { question: world.next('poll'), options, multiple: world.random.chance(0.5) };
      return send(world, chat, user, { poll });
    },
  ],
  mention: [
    3,
    (world, chat, user) => {
      const mentions = [world.random.pick([...chat.members])];
      return send(world, chat, user, { text: world.next('mention'), mentions });
    },
  ],
  edit: [
    10,
    async (world, chat, user) => {
      const own = chat.recent
        .slice(-25)
        .filter(({ senderId, type }) => senderId === user.id && type === 'text');
      if (own.length === 0) return false;
      const { id: messageId } = world.random.pick(own);
      const text = world.next('edit');
      const answer = world.random.chance(0.5)
        ? await world.socket(user, 'edit_message', { messageId, text })
        : await world.rest(user, 'patch', `/api/messages/${messageId}`, { text });
      return answer !== null;
    },
  ],
  'delete for everyone': [
    4,
    async (world, chat, user) => {
      const mine = chat.recent.slice(-25).filter(({ senderId }) => senderId === user.id);
      if (mine.length === 0) return false;
      const { id: messageId } = world.random.pick(mine);
      const answer = world.random.chance(0.5)
        ? await world.socket(user, 'delete_message', { messageId, for: 'everyone' })
        : await world.rest(user, 'delete', `/api/messages/${messageId}?for=everyone`);
      return answer !== null;
    },
  ],
  react: [
    10,
    onMessage(
      (_, { random }) => ['react_message', { emoji: random.chance(0.2) ? null : random.pick(EMOJI) }],
      ({ id }, { emoji }) =>
        emoji === null
          ? ['delete', `/api/messages/${id}/reaction`]
          : ['put', `/api/messages/${id}/reaction`, { emoji }],
    ),
  ],
  vote: [
    6,
    async (world, chat, user) => {
      const polls = chat.recent.filter(({ poll }) => poll);
      if (polls.length === 0) return false;
      const { id: messageId, poll } = world.random.pick(polls);
      const optionIds = world.random.chance(0.2) ? [] : [world.random.pick(poll?.options ?? []).id];
      const answer = world.random.chance(0.5)
        ? await world.socket(user, 'vote_poll', { messageId, optionIds })
        : await world.rest(user, 'post', `/api/messages/${messageId}/votes`, { optionIds });
      return answer !== null;
    },
  ],
  pin: [
    5,
    onMessage(
      (_, { random }) => ['pin_message', { pinned: random.chance(0.6) }],
      ({ id }, { pinned }) => [pinned ? 'put' : 'delete', `/api/messages/${id}/pin`],
    ),
  ],
  read: [9, receipt('message_read')],
  delivered: [5, receipt('message_delivered')],
};
