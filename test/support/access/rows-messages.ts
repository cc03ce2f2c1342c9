import { may, own, type Row } from './access-row.js';
import { SECRET } from './access-world.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const NO_WRITER = { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN', blocked: 'NOT_FOUND' } as const;
const OWN_MARK = may('what they make of their past for themselves');

const at = (id: string, rest: object = {}) => ({ params: { id }, ...rest });

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
