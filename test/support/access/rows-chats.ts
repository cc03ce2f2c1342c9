import { may, own, type Row } from './access-row.js';
import { SECRET } from './access-world.js';

const NO_READER = { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
/** To whom a group is closed that they were in. */
const CLOSED = { ...NO_READER, exMember: 'FORBIDDEN' } as const;
const OWN_VIEW = may('their own list of chats: it is where their past of it stands');

const group: Row['ask'] = ({ groupId }) => ({ params: { id: groupId } });
const direct: Row['ask'] = ({ directId }) => ({ params: { id: directId } });
const freshGroup =
  (rest: object = {}): Row['ask'] =>
  async ({ world }) => ({ params: { id: (await world.group()).id }, ...rest });

/** Chats as such, and what one makes of them for oneself. */
export const CHATS: Row[] = [
  own('GET /api/chats', 'their own chats'),
  {
    target: 'POST /api/chats',
    about: 'of two',
    ask: async ({ world }) => ({ body: { type: 'direct', userId: (await world.newcomer()).id } }),
    outsiders: {
      stranger: may('whom they do not know yet: nobody is told before the first message'),
      exMember: may('as everybody'),
    },
  },
  {
    target: 'POST /api/chats',
    about: 'of two, with who has blocked one',
    ask: ({ ann }) => ({ body: { type: 'direct', userId: ann.id } }),
    by: 'bob',
    outsiders: { blocked: may('a refusal would tell of the block') },
  },
  {
    target: 'POST /api/chats',
    about: 'a group with who has blocked one',
    ask: ({ ann }) => ({ body: { type: 'group', title: 'weekend', memberIds: [ann.id] } }),
    by: 'bob',
    outsiders: { blocked: 'FORBIDDEN' },
    told: ['ann', 'chat_created'],
  },
  {
    target: 'GET /api/chats/{id}',
    ask: group,
    outsiders: { ...NO_READER, exMember: may('as it was when they were removed', { sees: SECRET }) },
  },
  {
    target: 'GET /api/chats/{id}',
    about: 'of two',
    ask: direct,
    outsiders: { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' },
  },
  {
    target: 'PATCH /api/chats/{id}',
    about: 'its settings',
    ask: freshGroup({ body: { settings: { historyForNew: true } } }),
    outsiders: { ...CLOSED, member: 'FORBIDDEN' },
    told: ['bob', 'chat_updated'],
  },
  {
    target: 'PATCH /api/chats/{id}',
    about: 'its title',
    ask: freshGroup({ body: { title: 'weekend' } }),
    outsiders: { ...CLOSED, member: may('members edit it until admins say otherwise', { isShared: true }) },
    told: ['bob', 'chat_updated'],
  },
  {
    target: 'PATCH /api/chats/{id}',
    about: 'its title, where that is for admins',
    ask: async ({ world, ann }) => {
      const { id } = await world.group();
      await world.ok(ann, 'patch', `/chats/${id}`, { settings: { editInfo: 'admins' } });
      return { params: { id }, body: { title: 'weekend' } };
    },
    outsiders: { ...CLOSED, member: 'FORBIDDEN' },
    told: ['bob', 'chat_updated'],
  },
  {
    target: 'PATCH /api/chats/{id}',
    about: 'its picture, from a file of somebody else',
    ask: async ({ world, bob }) => ({
      params: { id: (await world.group()).id },
      body: { avatarMediaId: await world.picture(bob) },
    }),
    by: 'bob',
    outsiders: { ...CLOSED },
    told: ['ann', 'chat_updated'],
  },
  {
    target: 'PATCH /api/chats/{id}',
    about: 'of two: how long messages stay',
    ask: async ({ world }) => {
      const pair = [await world.newcomer(), await world.newcomer()] as const;
      return {
        params: { id: await world.app.directChat(...pair) },
        body: { settings: { disappearingSeconds: 86_400 } },
        by: pair[0],
      };
    },
    outsiders: { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND' },
  },
  {
    target: 'PATCH /api/chats/{id}/me',
    ask: async (scene, who) => ({ ...(await group(scene, who)), body: { archived: true } }),
    outsiders: { ...NO_READER, exMember: OWN_VIEW },
    told: ['ann', 'chat_preferences'],
  },
  {
    target: 'POST /api/chats/{id}/clear',
    ask: freshGroup(),
    outsiders: { ...NO_READER, exMember: OWN_VIEW },
    told: ['ann', 'chat_preferences'],
  },
  {
    target: 'POST /api/chats/{id}/unread',
    ask: freshGroup(),
    outsiders: { ...NO_READER, exMember: 'FORBIDDEN' },
    told: ['ann', 'chat_preferences'],
  },
  {
    target: 'DELETE /api/chats/{id}/me',
    ask: freshGroup(),
    by: 'bob',
    outsiders: { ...NO_READER, exMember: may('takes their past of it off their list') },
    told: ['ann', 'member_removed'],
  },
];
