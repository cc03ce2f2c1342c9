import { own, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { SECRET } from './access-world.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const OWN_MUTES = "one's own list: whom it names is not told";

const status: Row['ask'] = ({ statusId }) => ({ params: { id: statusId } });
const reply = ({ world, statusId }: Scene) => ({
  params: { id: statusId },
  body: { clientMessageId: world.unique(), text: `${SECRET} answer` },
});
const toBob = ({ bob }: Scene) => ({
  type: 'text',
  text: SECRET,
  audience: { level: 'only', userIds: [bob.id] },
});

/** Statuses of Ann, which are for Bob alone; and calls of the two. */
export const STATUS_AND_CALLS: Row[] = [
  {
    target: 'POST /api/status',
    ask: (scene) => ({ body: toBob(scene) }),
    outsiders: {},
    told: ['bob', 'new_status'],
  },
  {
    target: 'POST /api/status',
    about: 'with a file of somebody else',
    ask: async ({ world, ann, message }, who) => ({
      body: {
        type: 'image',
        mediaId: who === ann ? await world.picture(ann) : message.attachments[0].id,
        audience: { level: 'nobody' },
      },
    }),
    outsiders: NOBODY,
  },
  own('GET /api/status', 'what is for them, which is nothing'),
  own('GET /api/status/mine', 'their own'),
  {
    target: 'DELETE /api/status/{id}',
    ask: async (scene) => ({
      params: { id: (await scene.world.ok(scene.ann, 'post', '/status', toBob(scene))).id as string },
    }),
    outsiders: { ...NOBODY, member: 'NOT_FOUND' },
    told: ['bob', 'status_deleted'],
  },
  {
    target: 'POST /api/status/{id}/view',
    ask: status,
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'status_viewed'],
  },
  { target: 'GET /api/status/{id}/viewers', ask: status, outsiders: { ...NOBODY, member: 'NOT_FOUND' } },
  {
    target: 'PUT /api/status/{id}/reaction',
    ask: ({ statusId }) => ({ params: { id: statusId }, body: { emoji: '🔥' } }),
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'status_reaction'],
  },
  {
    target: 'DELETE /api/status/{id}/reaction',
    ask: status,
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'status_reaction'],
  },
  {
    target: 'POST /api/status/{id}/reply',
    ask: reply,
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'receive_message'],
  },
  ...['PUT', 'DELETE'].map((method) =>
    own(`${method} /api/status/mutes/{userId}`, OWN_MUTES, ({ ann, bob }, who) => ({
      params: { userId: who === ann ? bob.id : ann.id },
    })),
  ),
  own('GET /api/calls', 'their own calls'),
  {
    target: 'GET /api/calls/{id}',
    ask: ({ callId }) => ({ params: { id: callId } }),
    outsiders: NOBODY,
  },
  own('GET /api/calls/ice-servers', 'credentials in their own name'),
];

/** By event. */
export const STATUS_EVENTS: Row[] = [
  {
    target: 'new_status',
    ask: (scene) => ({ payload: toBob(scene) }),
    outsiders: {},
    told: ['bob', 'new_status'],
  },
  {
    target: 'new_status',
    about: 'as somebody else',
    ask: ({ ann, bob, world }) => ({
      payload: {
        type: 'text',
        text: world.unique(),
        userId: ann.id,
        audience: { level: 'only', userIds: [bob.id] },
      },
    }),
    outsiders: { stranger: 'FORBIDDEN', exMember: 'FORBIDDEN', member: 'FORBIDDEN' },
    told: ['bob', 'new_status'],
  },
  {
    target: 'view_status',
    ask: async (scene) => ({
      payload: { statusId: (await scene.world.ok(scene.ann, 'post', '/status', toBob(scene))).id },
    }),
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'status_viewed'],
  },
];
