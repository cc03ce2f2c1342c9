import { may, own, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { SECRET } from './access-world.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const NO_WRITER = { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN', blocked: 'NOT_FOUND' } as const;
const PAST = may('they were there when it was said', { sees: SECRET });
const OWN_MARK = may('what they make of their past for themselves');

const text = ({ world }: Scene) => ({ clientMessageId: world.unique(), text: 'hello' });
const at = (id: string, rest: object = {}) => ({ params: { id }, ...rest });

/** Writing and reading by the chat. */
export const CHAT_MESSAGES: Row[] = [
  {
    target: 'GET /api/chats/{id}/messages',
    ask: ({ groupId }) => at(groupId),
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: PAST },
  },
  {
    target: 'GET /api/chats/{id}/messages',
    about: 'around what came afterwards',
    ask: ({ groupId, message }) => at(groupId, { query: `?around=${message.seq}` }),
    outsiders: { stranger: 'NOT_FOUND', exMember: may('what there is before it') },
  },
  {
    target: 'GET /api/chats/{id}/messages',
    about: 'of two',
    ask: ({ directId }) => at(directId),
    outsiders: NOBODY,
  },
  {
    target: 'POST /api/chats/{id}/messages',
    ask: (scene) => at(scene.groupId, { body: text(scene) }),
    by: 'bob',
    outsiders: NO_WRITER,
    told: ['ann', 'receive_message'],
  },
  {
    target: 'POST /api/chats/{id}/messages',
    about: 'of two',
    ask: (scene) => at(scene.directId, { body: text(scene) }),
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'receive_message'],
  },
  {
    target: 'POST /api/chats/{id}/messages',
    about: 'to who has blocked one',
    ask: async (scene, who) => at(await scene.world.app.directChat(who, scene.ann), { body: text(scene) }),
    by: 'bob',
    outsiders: { blocked: 'FORBIDDEN' },
    told: ['ann', 'receive_message'],
  },
  {
    target: 'POST /api/chats/{id}/messages',
    about: 'where that is for admins',
    ask: async (scene) => {
      const { id } = await scene.world.group();
      await scene.world.ok(scene.ann, 'patch', `/chats/${id}`, { settings: { send: 'admins' } });
      return at(id, { body: text(scene) });
    },
    outsiders: { ...NO_WRITER, member: 'FORBIDDEN' },
    told: ['bob', 'receive_message'],
  },
  {
    target: 'POST /api/chats/{id}/messages',
    about: 'for later',
    ask: (scene) => at(scene.groupId, { body: { ...text(scene), sendAt: scene.world.inAnHour() } }),
    outsiders: NO_WRITER,
    told: ['ann', 'scheduled_message'],
  },
  ...['message', 'past'].map((name): Row => ({
    target: 'POST /api/chats/{id}/messages',
    about: `with the file of somebody's ${name} in a chat of one's own`,
    ask: async (scene, who) => {
      const { attachments } = scene[name as 'message' | 'past'];
      const mediaId = who === scene.pat ? await scene.world.picture(who) : attachments[0].id;
      const body = { ...text(scene), type: 'image', attachmentIds: [mediaId] };
      return at(await scene.world.app.group(who, []), { body, hidden: mediaId });
    },
    by: 'pat',
    outsiders: {
      stranger: 'NOT_FOUND',
      exMember: 'NOT_FOUND',
      member: may('it is his', { isShared: true }),
      blocked: 'NOT_FOUND',
    },
  })),
  ...['message', 'direct'].map((name): Row => ({
    target: 'POST /api/chats/{id}/messages',
    about: `as an answer to somebody's ${name} in a chat of one's own`,
    ask: async (scene, who) => {
      const chatId = await scene.world.app.group(who, []);
      const target = who === scene.pat ? await scene.world.send(who, chatId, { text: 'x' }) : null;
      const replyToId = target?.id ?? scene[name as 'message' | 'direct'].id;
      return at(chatId, { body: { ...text(scene), replyToId }, hidden: replyToId });
    },
    by: 'pat',
    outsiders: {
      stranger: 'VALIDATION',
      exMember: 'VALIDATION',
      member: 'VALIDATION',
      blocked: 'VALIDATION',
    },
  })),
];

/** What becomes of single messages beyond `MESSAGE_DEEDS`. */
export const MESSAGES: Row[] = [
  {
    target: 'DELETE /api/messages/{id}',
    about: 'for oneself',
    ask: async ({ world, ann, groupId }) =>
      at((await world.send(ann, groupId, { text: SECRET })).id, { query: '?for=me' }),
    outsiders: NOBODY,
    told: ['ann', 'message_deleted'],
  },
  {
    target: 'DELETE /api/messages/{id}',
    about: 'for oneself, of the time before',
    ask: async ({ world, ann }) => {
      const { past } = await world.group((id) => world.send(ann, id, { text: SECRET }));
      return at(past?.id, { query: '?for=me' });
    },
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: OWN_MARK },
    told: ['ann', 'message_deleted'],
  },
  {
    target: 'DELETE /api/messages/{id}',
    about: 'for everyone',
    ask: async ({ world, ann, groupId }) =>
      at((await world.send(ann, groupId, { text: SECRET })).id, { query: '?for=everyone' }),
    outsiders: { ...NOBODY, member: 'FORBIDDEN' },
    told: ['bob', 'message_deleted'],
  },
  {
    target: 'DELETE /api/messages/{id}',
    about: 'for everyone, what an ex-member wrote',
    ask: ({ ofCat }) => at(ofCat.id, { query: '?for=everyone' }),
    outsiders: { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN', member: 'FORBIDDEN' },
    told: ['bob', 'message_deleted'],
  },
  {
    target: 'POST /api/messages/{id}/votes',
    ask: ({ poll }) => at(poll.id, { body: { optionIds: [poll.poll.options[0].id] } }),
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'poll_voted'],
  },
  {
    target: 'POST /api/messages/{id}/votes',
    about: 'of the time before',
    ask: ({ pastPoll }) => at(pastPoll.id, { body: { optionIds: [pastPoll.poll.options[0].id] } }),
    by: 'bob',
    outsiders: { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN' },
    told: ['ann', 'poll_voted'],
  },
  {
    target: 'POST /api/messages/forward',
    about: 'out of the group',
    ask: async ({ world, message }, who) => ({
      body: { messageIds: [message.id], chatIds: [await world.app.group(who, [])] },
    }),
    by: 'bob',
    outsiders: NOBODY,
  },
  {
    target: 'POST /api/messages/forward',
    about: 'out of the past',
    ask: async ({ world, past }, who) => ({
      body: { messageIds: [past.id], chatIds: [await world.app.group(who, [])] },
    }),
    by: 'bob',
    outsiders: {
      stranger: 'NOT_FOUND',
      exMember: may('what they may read they may repeat', { isShared: true }),
    },
  },
  {
    target: 'POST /api/messages/forward',
    about: 'into the group',
    ask: async ({ world, groupId }, who) => {
      const chatId = await world.app.group(who, []);
      const { id } = await world.send(who, chatId, { text: 'x' });
      return { body: { messageIds: [id], chatIds: [chatId, groupId] }, hidden: groupId };
    },
    by: 'bob',
    outsiders: NO_WRITER,
    told: ['ann', 'receive_message'],
  },
  own('GET /api/messages/starred', 'what they starred'),
  own('GET /api/messages/scheduled', 'what they want to send'),
  {
    target: 'DELETE /api/messages/scheduled/{id}',
    ask: async ({ world, ann, groupId }) => {
      const { id } = await world.send(ann, groupId, { text: SECRET, sendAt: world.inAnHour() });
      return at(id);
    },
    outsiders: { ...NOBODY, member: 'NOT_FOUND' },
    told: ['ann', 'scheduled_message'],
  },
  own('GET /api/messages/search', 'finds only what they may read', () => ({
    query: `?q=${SECRET.slice(0, 4)}`,
  })),
  {
    target: 'GET /api/messages/search',
    about: 'in the group',
    ask: ({ groupId }) => ({ query: `?q=hello&chatId=${groupId}` }),
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: may('in their past') },
  },
];
