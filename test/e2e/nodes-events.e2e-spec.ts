import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MAX_RUNG_GROUP } from '../../src/calls/call-targets.js';
import { SERVER_EVENT_DOCS } from '../../src/docs/server-events.js';
import type { ServerEventName } from '../../src/realtime/socket-events.js';
import { sdp } from '../support/calls.js';
import { Cluster } from '../support/cluster.js';
import { requires } from '../support/requires.js';
import type { TestSocket } from '../support/test-socket.js';
import { TwoNodeScene } from '../support/two-node-scene.js';

/** Does by one node what a device on the other is to hear of, and answers that device. */
type Deed = (scene: TwoNodeScene) => Promise<TestSocket>;

/** Each event that is not for the very socket that caused it. */
const DEEDS: Record<Exclude<ServerEventName, 'exception' | 'token_expiring' | 'sync_needed'>, Deed> = {
  receive_message: async (s) => {
    await s.say();
    return s.bobPhone;
  },
  scheduled_message: async (s) => {
    await s.say(s.annPhone, { sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    return s.annTablet;
  },
  message_edited: async (s) => {
    const { id } = await s.say();
    await s.annPhone.ok('edit_message', { messageId: id, text: 'other' });
    return s.bobPhone;
  },
  message_deleted: async (s) => {
    const { id } = await s.say();
    await s.annPhone.ok('delete_message', { messageId: id, for: 'everyone' });
    return s.bobPhone;
  },
  message_reaction: async (s) => {
    const { id } = await s.say();
    await s.annPhone.ok('react_message', { messageId: id, emoji: '👍' });
    return s.bobPhone;
  },
  message_pinned: async (s) => {
    const { id } = await s.say();
    await s.annPhone.ok('pin_message', { messageId: id, pinned: true });
    return s.bobPhone;
  },
  poll_voted: async (s) => {
    const poll = { question: 'when', options: ['now', 'later'], multiple: false };
    const { id } = await s.say(s.annPhone, { type: 'poll', text: undefined, poll });
    const { message } = await s.bobPhone.next('receive_message').then((m) => ({ message: m }));
    await s.annPhone.ok('vote_poll', { messageId: id, optionIds: [message.poll.options[0].id] });
    return s.bobPhone;
  },
  message_receipt: async (s) => {
    const { seq } = await s.say(s.bobPhone);
    await s.annPhone.ok('message_read', { chatId: s.chatId, seq });
    return s.bobPhone;
  },
  user_typing: async (s) => {
    await s.annPhone.ok('typing', { chatId: s.chatId });
    return s.bobPhone;
  },
  user_stop_typing: async (s) => {
    await s.annPhone.ok('stop_typing', { chatId: s.chatId });
    return s.bobPhone;
  },
  user_online: async (s) => {
    const cat = await s.cluster.person();
    await s.as(cat).put(`/api/contacts/${s.bob.id}`);
    await s.cluster.connect(cat, 0);
    return s.bobPhone;
  },
  user_offline: async (s) => {
    s.annTablet.close();
    s.annPhone.close();
    return s.bobPhone;
  },
  chat_created: async (s) => {
    await s.group();
    return s.bobPhone;
  },
  chat_updated: async (s) => {
    const id = await s.group();
    await s.as(s.ann).patch(`/api/chats/${id}`, { title: 'other' }).expect(200);
    return s.bobPhone;
  },
  chat_preferences: async (s) => {
    await s.as(s.ann).patch(`/api/chats/${s.chatId}/me`, { pinned: true }).expect(200);
    return s.annTablet;
  },
  chat_removed: async (s) => {
    await s.say();
    await s.as(s.ann).delete(`/api/chats/${s.chatId}/me`).expect(204);
    return s.annTablet;
  },
  member_added: async (s) => {
    const id = await s.group();
    const cat = await s.cluster.person();
    await s
      .as(s.ann)
      .post(`/api/chats/${id}/members`, { userIds: [cat.id] })
      .expect(201);
    return s.bobPhone;
  },
  member_removed: async (s) => {
    const id = await s.group();
    await s.as(s.ann).delete(`/api/chats/${id}/members/${s.bob.id}`).expect(204);
    return s.bobPhone;
  },
  member_role: async (s) => {
    const id = await s.group();
    await s.as(s.ann).patch(`/api/chats/${id}/members/${s.bob.id}`, { role: 'admin' }).expect(200);
    return s.bobPhone;
  },
  join_requested: async (s) => {
    await askToJoin(s);
    return s.annTablet;
  },
  join_decided: async (s) => {
    const { chatId, userId } = await askToJoin(s);
    await s.as(s.ann).post(`/api/chats/${chatId}/join-requests/${userId}`, { accept: true });
    return s.annTablet;
  },
  new_status: async (s) => {
    await s.status();
    return s.bobPhone;
  },
  status_deleted: async (s) => {
    const id = await s.status();
    await s.as(s.ann).delete(`/api/status/${id}`).expect(204);
    return s.bobPhone;
  },
  status_viewed: async (s) => {
    const statusId = await s.status();
    await s.bobTablet.ok('view_status', { statusId });
    return s.annTablet;
  },
  status_reaction: async (s) => {
    const id = await s.status();
    await s.bobTablet.ok('view_status', { statusId: id });
    await s.as(s.bob).put(`/api/status/${id}/reaction`, { emoji: '👍' });
    return s.annTablet;
  },
  incoming_call: async (s) => {
    await s.ring();
    return s.bobPhone;
  },
  call_started: async (s) => {
    const others = await s.cluster.people(MAX_RUNG_GROUP);
    const chatId = await s.group([s.bob, ...others]);
    await s.annPhone.ok('call_user', { chatId, callType: 'audio' });
    return s.bobPhone;
  },
  call_accepted: async (s) => {
    await s.talk();
    return s.annPhone;
  },
  call_answered_elsewhere: async (s) => {
    await s.talk();
    return s.bobTablet;
  },
  call_rejected: async (s) => {
    const callId = await s.ring();
    await s.bobPhone.next('incoming_call');
    await s.bobPhone.ok('call_rejected', { callId });
    return s.annPhone;
  },
  call_ended: async (s) => {
    const callId = await s.talk();
    await s.annPhone.ok('call_ended', { callId });
    return s.bobPhone;
  },
  call_missed: async (s) => {
    await s.talk();
    const cat = await s.cluster.person();
    const chatId = await s.cluster.directChat(cat, s.bob);
    const catPhone = await s.cluster.connect(cat, 0);
    await catPhone.refusal('BUSY', 'call_user', { chatId, callType: 'audio' });
    return s.bobPhone;
  },
  call_interrupted: async (s) => {
    await s.talk();
    s.annPhone.close();
    return s.bobPhone;
  },
  call_resumed: async (s) => {
    const callId = await s.talk();
    s.annPhone.close();
    await s.bobPhone.next('call_interrupted');
    await (await s.cluster.connect(s.ann, 0)).ok('call_resume', { callId });
    return s.bobPhone;
  },
  media_state: async (s) => {
    const callId = await s.talk();
    await s.annPhone.ok('media_state', { callId, audio: true, video: false, screen: false });
    return s.bobPhone;
  },
  offer: async (s) => {
    const callId = await s.talk();
    await s.annPhone.ok('offer', { callId, to: s.bob.id, offer: sdp('offer') });
    return s.bobPhone;
  },
  answer: async (s) => {
    const callId = await s.talk();
    await s.annPhone.ok('answer', { callId, to: s.bob.id, answer: sdp('answer') });
    return s.bobPhone;
  },
  ice_candidate: async (s) => {
    const callId = await s.talk();
    await s.annPhone.ok('ice_candidate', { callId, to: s.bob.id, candidate: null });
    return s.bobPhone;
  },
  session_revoked: async (s) => {
    const again = await s.cluster.login(s.ann.email);
    const phone = await s.cluster.connect(again, 1);
    await s.as(again).post('/api/auth/logout').expect(204);
    return phone;
  },
};

async function askToJoin(s: TwoNodeScene): Promise<{ chatId: string; userId: string }> {
  const chatId = await s.group();
  await s
    .as(s.ann)
    .patch(`/api/chats/${chatId}`, { settings: { joinApproval: true } })
    .expect(200);
  const { body } = await s.as(s.ann).post(`/api/chats/${chatId}/invite`);
  const cat = await s.cluster.person();
  await s.as(cat).post(`/api/invites/${(body as { token: string }).token}/join`);
  return { chatId, userId: cat.id };
}

describe.runIf(requires('redis-server'))('events across nodes', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start(2);
  }, 120_000);

  afterAll(() => cluster.stop());

  it('should all be tried, but those for the one socket that they are about', () => {
    const tried = [...Object.keys(DEEDS), 'exception', 'token_expiring', 'sync_needed'];

    expect(tried.toSorted()).toEqual(Object.keys(SERVER_EVENT_DOCS).toSorted());
  });

  it.each(Object.entries(DEEDS))(
    'should bring %s to the other node, once',
    async (event, deed) => {
      const scene = await TwoNodeScene.open(cluster);

      const phone = await deed(scene);
      await phone.next(event);

      // Nothing further can come behind it, or behind what is sent next.
      await (event === 'session_revoked' ? phone.disconnected() : phone.settle());
      expect(phone.all(event)).toHaveLength(1);
    },
    30_000,
  );

  it('should hand over what was said while it rang, behind the ack and in order', async () => {
    const s = await TwoNodeScene.open(cluster);
    const callId = await s.ring();
    await s.annPhone.ok('offer', { callId, to: s.bob.id, offer: sdp('offer') });
    for (const n of [1, 2, 3])
      await s.annPhone.ok('ice_candidate', { callId, to: s.bob.id, candidate: { n } });

    await s.bobPhone.ok('call_accepted', { callId });
    await s.bobPhone.count('ice_candidate', 3);
    await s.annPhone.ok('ice_candidate', { callId, to: s.bob.id, candidate: null });
    await s.bobPhone.count('ice_candidate', 4);

    expect(s.bobPhone.heard.filter(({ event }) => /^(offer|ice_candidate)$/.test(event))).toMatchObject([
      { event: 'offer' },
      ...[{ n: 1 }, { n: 2 }, { n: 3 }, null].map((candidate) => ({
        event: 'ice_candidate',
        payload: { candidate },
      })),
    ]);
  });
});
