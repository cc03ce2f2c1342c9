import { may, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { SECRET } from './access-world.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const NO_WRITER = { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN', blocked: 'NOT_FOUND' } as const;
const PAST = may('they were there when it was said', { sees: SECRET });

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
    target: 'GET /api/chats/{id}/pins',
    ask: ({ groupId }) => at(groupId),
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: may('those of the time before') },
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
