import type { TestUser } from '../create-test-app.js';
import { may, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const sdp = (type: string) => ({ type, sdp: 'v=0' });

/** Ends the call that Ann or Bob is in, and waits until it is told in its chat. */
async function hangUp({ world, ann, bob, blo }: Scene): Promise<void> {
  for (const who of [ann, bob, blo]) {
    const phone = world.phone(who);
    phone.forget();
    const { ok, data } = await phone.send('call_ended', {});
    // Of a call that rang for the caller alone nothing is told.
    if (ok && who !== blo)
      await phone.next('receive_message', ({ system }) => system?.callId === data.call.id);
  }
}

/** Ann rings Bob. */
async function ringing(scene: Scene): Promise<string> {
  await hangUp(scene);
  const { callId } = await scene.world
    .phone(scene.ann)
    .ok('call_user', { chatId: scene.directId, callType: 'audio' });
  return callId as string;
}

/** Ann and Bob speak. */
async function active(scene: Scene): Promise<string> {
  const callId = await ringing(scene);
  await scene.world.phone(scene.bob).ok('call_accepted', { callId });
  return callId;
}

const inCall = (
  target: string,
  told: Row['told'] | undefined,
  rest: (scene: Scene, who: TestUser) => object = () => ({}),
): Row => ({
  target,
  ask: async (scene, who) => ({ payload: { callId: await active(scene), ...rest(scene, who) } }),
  outsiders: NOBODY,
  ...(told && { told }),
  after: hangUp,
});

/** Events of calls. */
export const CALL_EVENTS: Row[] = [
  {
    target: 'call_user',
    about: 'a group',
    ask: ({ groupId: chatId }) => ({ payload: { chatId, callType: 'audio' } }),
    outsiders: { stranger: 'NOT_FOUND', exMember: 'FORBIDDEN', blocked: 'NOT_FOUND' },
    told: ['bob', 'incoming_call'],
    after: hangUp,
  },
  {
    target: 'call_user',
    about: 'a chat of two that is not theirs',
    ask: ({ directId: chatId }) => ({ payload: { chatId, callType: 'audio' } }),
    outsiders: NOBODY,
    told: ['bob', 'incoming_call'],
    after: hangUp,
  },
  {
    target: 'call_accepted',
    ask: async (scene) => ({ payload: { callId: await ringing(scene) } }),
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'call_accepted'],
    after: hangUp,
  },
  {
    target: 'call_rejected',
    ask: async (scene) => ({ payload: { callId: await ringing(scene) } }),
    by: 'bob',
    outsiders: NOBODY,
    told: ['ann', 'call_rejected'],
    after: hangUp,
  },
  inCall('call_ended', ['bob', 'call_ended']),
  inCall('call_resume', undefined),
  ...['offer', 'answer'].map((kind) =>
    inCall(kind, ['bob', kind as 'offer'], ({ bob }) => ({ to: bob.id, [kind]: sdp(kind) })),
  ),
  inCall('ice_candidate', ['bob', 'ice_candidate'], ({ bob }) => ({
    to: bob.id,
    candidate: { candidate: 'candidate:1' },
  })),
  inCall('media_state', ['bob', 'media_state'], () => ({ audio: true, video: false, screen: false })),
  {
    target: 'call_user',
    about: 'who has blocked one',
    ask: async ({ ann, world }, who) => ({
      payload: { chatId: await world.app.directChat(who, ann), callType: 'audio' },
    }),
    by: 'bob',
    outsiders: { blocked: may('it rings for the caller alone: a refusal would tell of the block') },
    told: ['ann', 'incoming_call'],
    after: hangUp,
  },
];
