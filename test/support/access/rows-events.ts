import { may, own, type Row } from './access-row.js';
import { SECRET } from './access-world.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const NO_WRITER = { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN', blocked: 'NOT_FOUND' } as const;
const PAST = may('they were there when it was said', { sees: SECRET });

const chat =
  (rest: object = {}): Row['ask'] =>
  ({ groupId: chatId }) => ({ payload: { chatId, ...rest } });

/** Events about chats, messages and presence. */
export const EVENTS: Row[] = [
  own('user_connected', 'who they are themselves, and whom they know'),
  {
    target: 'user_connected',
    about: 'as somebody else',
    ask: ({ ann: { id } }) => ({ payload: { userId: id } }),
    outsiders: { stranger: 'FORBIDDEN', exMember: 'FORBIDDEN', member: 'FORBIDDEN', blocked: 'FORBIDDEN' },
  },
  {
    target: 'authenticate',
    about: "with somebody else's token",
    ask: ({ ann: { token } }) => ({ payload: { token } }),
    outsiders: { stranger: 'FORBIDDEN', exMember: 'FORBIDDEN', member: 'FORBIDDEN', blocked: 'FORBIDDEN' },
  },
  own('set_active', 'their own device', () => ({ payload: { active: true } })),
  {
    target: 'presence',
    ask: ({ ann: { id } }) => ({ payload: { userIds: [id] } }),
    by: 'bob',
    outsiders: {
      stranger: may('comes empty: presence never leaves the circle', { sees: ':{}' }),
      exMember: may('comes empty', { sees: ':{}' }),
      blocked: may('comes empty', { sees: ':{}' }),
    },
  },
  {
    target: 'join_chat',
    ask: chat(),
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: PAST },
  },
  {
    target: 'join_chat',
    about: 'of two',
    ask: ({ directId }) => ({ payload: { chatId: directId } }),
    outsiders: NOBODY,
  },
  {
    target: 'leave_chat',
    ask: chat(),
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', exMember: may('closes what they may read') },
  },
  {
    target: 'new_message',
    ask: ({ groupId: chatId, world }) => ({
      payload: { chatId, clientMessageId: world.unique(), text: SECRET },
    }),
    by: 'bob',
    outsiders: NO_WRITER,
    told: ['ann', 'receive_message'],
  },
  {
    target: 'new_message',
    about: 'to who has blocked one',
    ask: async ({ ann, world }, who) => ({
      payload: {
        chatId: await world.app.directChat(who, ann),
        clientMessageId: world.unique(),
        text: 'hello',
      },
    }),
    by: 'bob',
    outsiders: { blocked: 'FORBIDDEN' },
    told: ['ann', 'receive_message'],
  },
  {
    target: 'new_message',
    about: 'as somebody else',
    ask: ({ groupId: chatId, world, ann: { id } }) => ({
      payload: { chatId, clientMessageId: world.unique(), text: SECRET, senderId: id },
    }),
    outsiders: { stranger: 'FORBIDDEN', exMember: 'FORBIDDEN', member: 'FORBIDDEN', blocked: 'FORBIDDEN' },
    told: ['bob', 'receive_message'],
  },
  {
    target: 'new_message',
    about: 'for later',
    ask: ({ groupId: chatId, world }) => ({
      payload: { chatId, clientMessageId: world.unique(), text: SECRET, sendAt: world.inAnHour() },
    }),
    outsiders: NO_WRITER,
    told: ['ann', 'scheduled_message'],
  },
  ...['message_delivered', 'message_read'].map((target): Row => ({
    target,
    ask: async ({ world, ann, groupId: chatId }) => ({
      payload: { chatId, seq: (await world.send(ann, chatId, { text: SECRET })).seq },
    }),
    by: 'bob',
    outsiders: NO_WRITER,
    told: ['ann', 'message_receipt'],
  })),
  { target: 'typing', ask: chat(), by: 'bob', outsiders: NO_WRITER, told: ['ann', 'user_typing'] },
  { target: 'stop_typing', ask: chat(), by: 'bob', outsiders: NO_WRITER, told: ['ann', 'user_stop_typing'] },
  {
    target: 'typing',
    about: 'to who has blocked one',
    ask: async ({ ann, world }, who) => ({ payload: { chatId: await world.app.directChat(who, ann) } }),
    by: 'bob',
    outsiders: { blocked: may('a refusal would tell of the block; it reaches nobody') },
    told: ['ann', 'user_typing'],
    after: async ({ world, ann, bob, directId }) => {
      await world.phone(bob).ok('stop_typing', { chatId: directId });
      await world.phone(ann).next('user_stop_typing');
    },
  },
];

interface Deed {
  target: string;
  payload: (message: any) => object;
  of?: 'message' | 'ofAnn' | 'poll';
  by?: 'ann' | 'bob';
  isMembers?: boolean;
  told: Row['told'];
}

const DEEDS: Deed[] = [
  {
    target: 'edit_message',
    payload: () => ({ text: `${SECRET} once more` }),
    of: 'ofAnn',
    told: ['bob', 'message_edited'],
  },
  {
    target: 'react_message',
    payload: () => ({ emoji: '🚀' }),
    by: 'bob',
    isMembers: true,
    told: ['ann', 'message_reaction'],
  },
  {
    target: 'pin_message',
    payload: () => ({ pinned: true }),
    isMembers: true,
    told: ['bob', 'message_pinned'],
  },
  {
    target: 'pin_message',
    payload: () => ({ pinned: false }),
    isMembers: true,
    told: ['bob', 'message_pinned'],
  },
  {
    target: 'vote_poll',
    payload: ({ poll }) => ({ optionIds: [poll.options[1].id] }),
    of: 'poll',
    by: 'bob',
    isMembers: true,
    told: ['ann', 'poll_voted'],
  },
  {
    target: 'delete_message',
    payload: () => ({ for: 'everyone' }),
    of: 'ofAnn',
    told: ['bob', 'message_deleted'],
  },
];

/** Events about one message: as it came behind the removal, and one of the time before. */
export const MESSAGE_EVENTS: Row[] = DEEDS.flatMap(
  ({ target, payload, of = 'message', by, isMembers, told }) => [
    {
      target,
      ask: (scene) => ({ payload: { messageId: scene[of].id, ...payload(scene[of]) } }),
      ...(by && { by }),
      outsiders: { ...NOBODY, ...(!isMembers && { member: 'FORBIDDEN' }) },
      ...(told && { told }),
    } satisfies Row,
    {
      target,
      about: 'of the time before',
      ask: (scene) => {
        const message = scene[of === 'poll' ? 'pastPoll' : 'pastOfAnn'];
        return { payload: { messageId: message.id, ...payload(message) } };
      },
      ...(by && { by }),
      outsiders: { ...NO_WRITER, ...(!isMembers && { member: 'FORBIDDEN' }) },
    } satisfies Row,
  ],
);
