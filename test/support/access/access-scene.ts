import type { TestApp } from '../create-test-app.js';
import { AccessWorld, type Cast, LATER, SECRET } from './access-world.js';

/** What stands ready for all rows; those that end something make their own. */
export interface Scene extends Cast {
  world: AccessWorld;
  groupId: string;
  directId: string;
  /** Of Ann and Blo, from before the block. */
  blockedChatId: string;
  /** Bob's, with a picture, from before Cat was removed, and changed since. */
  past: any;
  /** Ann's, of that time. */
  pastOfAnn: any;
  /** Cat's own. */
  ofCat: any;
  pastPoll: any;
  /** Bob's and Ann's, with a picture, from afterwards. */
  message: any;
  ofAnn: any;
  poll: any;
  /** In the direct chat, by Ann. */
  direct: any;
  statusId: string;
  statusMediaId: string;
  callId: string;
}

const POLL = { type: 'poll', poll: { question: `${SECRET} question`, options: ['yes', 'no'] } };

/** Everything that somebody could want to reach. */
export async function prepare(app: TestApp): Promise<Scene> {
  const world = await AccessWorld.open(app);
  const { ann, bob, cat, blo } = world.cast;
  await world.ok(ann, 'put', `/contacts/${bob.id}`);
  await world.ok(ann, 'patch', '/users/me', { about: `${SECRET} about` });
  await world.ok(ann, 'patch', '/users/me/privacy', { about: { level: 'contacts' } });
  const directId = await app.directChat(ann, bob);
  const direct = await world.send(ann, directId, { text: `${SECRET} of two` });
  const blockedChatId = await app.directChat(ann, blo);
  await world.send(ann, blockedChatId, { text: 'hello' });
  await world.send(blo, blockedChatId, { text: 'hello' });
  await world.ok(ann, 'put', `/blocks/${blo.id}`);

  const { id: groupId, past } = await world.group(async (id) => ({
    past: await world.send(bob, id, {
      type: 'image',
      text: `${SECRET} before`,
      attachmentIds: [await world.picture(bob)],
    }),
    pastOfAnn: await world.send(ann, id, { text: `${SECRET} of ann` }),
    ofCat: await world.send(cat, id, { text: `${SECRET} of cat` }),
    pastPoll: await world.send(ann, id, POLL),
  }));
  if (!past) throw new Error('nothing was said before');
  const later = `${SECRET} ${LATER}`;
  await world.ok(bob, 'patch', `/messages/${past.past.id}`, { text: later });
  await world.ok(ann, 'patch', `/chats/${groupId}`, { title: later, description: later });
  const message = await world.send(bob, groupId, {
    type: 'image',
    text: later,
    attachmentIds: [await world.picture(bob)],
  });
  const ofAnn = await world.send(ann, groupId, { text: later });
  const poll = await world.send(ann, groupId, { ...POLL, poll: { ...POLL.poll, question: later } });
  const statusMediaId = await world.picture(ann);
  const { id: statusId } = await world.ok(ann, 'post', '/status', {
    type: 'image',
    text: later,
    mediaId: statusMediaId,
    audience: { level: 'only', userIds: [bob.id] },
  });
  const { callId } = await world.phone(ann).ok('call_user', { chatId: directId, callType: 'audio' });
  await world.phone(bob).ok('call_accepted', { callId });
  await world.phone(ann).ok('call_ended', { callId });
  await world.phone(bob).next('receive_message', ({ system }) => system?.callId === callId);
  const chats = { groupId, directId, blockedChatId };
  const rest = { message, ofAnn, poll, direct, statusId, statusMediaId, callId };
  return { world, ...world.cast, ...chats, ...past, ...rest };
}
