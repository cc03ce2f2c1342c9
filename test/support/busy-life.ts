import { Conversation } from './conversation.js';
import { PASSWORD, type TestApp, type TestUser } from './create-test-app.js';
import { imageOf, upload, type UploadedFile } from './media-files.js';

/** What nobody else is called, has or says: where it stands, it is of Ann. */
export const OF_ANN = {
  name: 'Annegret Unmistakable',
  about: 'collects barometers',
  phone: '+4917099887766',
  deviceName: 'the phone in her red coat',
};

/** Ann, who has used all that there is, among people who have had to do with her in all ways. */
export interface BusyLife {
  ann: TestUser;
  bob: TestUser;
  talk: Conversation;
  /** Uploaded by her: her picture, one in a message, one that she has not sent, one to be sent later. */
  files: { avatar: string; shown: UploadedFile; unsent: UploadedFile; later: UploadedFile };
  /** Passwords, tokens and their like, which she has had. */
  secrets: string[];
}

/** Lives it. Everything in it is done by what clients do. */
export async function liveBusily(app: TestApp): Promise<BusyLife> {
  const talk = await Conversation.open(app);
  const { ann, bob, cat, eve, groupId, directId } = talk;
  const me = (method: 'put' | 'post' | 'patch' | 'delete', path: string, body?: object) =>
    talk.ok(ann, method, `/api${path}`, body);
  const later = (ms: number) => new Date(app.clock.nowMs() + ms).toISOString();

  await me('patch', '/users/me', { name: OF_ANN.name, about: OF_ANN.about, phone: OF_ANN.phone });
  await me('patch', '/users/me/privacy', { about: { level: 'only', userIds: [bob.id] } });
  await talk.ok(bob, 'patch', '/api/users/me/privacy', {
    calls: { level: 'contacts_except', userIds: [ann.id] },
  });
  await app.http
    .post('/api/auth/login')
    .send({ email: ann.email, password: PASSWORD, deviceName: OF_ANN.deviceName })
    .expect(200);
  const files = await upFiles(app, ann);
  await me('put', `/contacts/${bob.id}`);
  await me('put', `/blocks/${eve.id}`);
  await talk.ok(bob, 'put', `/api/contacts/${ann.id}`);
  await talk.ok(eve, 'put', `/api/blocks/${ann.id}`);

  await talk.send(ann, groupId, { type: 'image', text: 'a photo', attachmentIds: [files.shown.id] });
  const said = await talk.send(ann, directId, 'for you alone');
  const heard = await talk.send(bob, groupId, { text: 'hello Ann', mentions: [ann.id] });
  const poll = await talk.send(bob, groupId, {
    type: 'poll',
    poll: { question: 'When?', options: ['now', 'later'], multiple: false },
  });
  await me('put', `/messages/${heard.id}/reaction`, { emoji: '👍' });
  await me('put', `/messages/${heard.id}/star`);
  await me('put', `/messages/${heard.id}/pin`);
  await me('post', `/messages/${poll.id}/votes`, { optionIds: [(poll as any).poll.options[0].id] });
  await me('patch', `/messages/${said.id}`, { text: 'for you and nobody else' });
  const unwanted = await talk.send(bob, groupId, 'not for her');
  await me('delete', `/messages/${unwanted.id}?for=me`);
  await talk.phone(ann).ok('message_read', { chatId: groupId, seq: poll.seq });
  await me('patch', `/chats/${groupId}/me`, { mutedUntil: later(3_600_000), archived: true });
  await me('patch', `/chats/${directId}/me`, { pinned: true });
  await me('post', `/chats/${directId}/unread`);
  const clientMessageId = 'for later';
  const scheduled = {
    clientMessageId,
    type: 'file',
    sendAt: later(3_600_000),
    attachmentIds: [files.later.id],
  };
  await me('post', `/chats/${groupId}/messages`, { ...scheduled, text: 'until tomorrow' });

  await meetByInvites(talk);
  await liveInStatuses(talk);
  await me('post', '/reports', { userId: bob.id, reason: 'spam', details: 'writes too much' });
  await talk.ok(bob, 'post', '/api/reports', { userId: ann.id, reason: 'other' });
  // He may not call her; she calls him.
  const { callId } = await talk.phone(ann).ok('call_user', { chatId: groupId, callType: 'audio' });
  await talk.phone(cat).next('incoming_call');
  await talk.phone(cat).ok('call_rejected', { callId });

  const laptop = await app.connectAs(ann);
  laptop.close();
  await talk.ok(bob, 'get', `/api/messages/search?q=photo`);
  await talk.settle();
  return { ann, bob, talk, files, secrets: [PASSWORD, ann.token, ann.refreshToken, '$2b$'] };
}

async function upFiles(app: TestApp, ann: TestUser): Promise<BusyLife['files']> {
  const picture = await imageOf({ width: 120, height: 120 });
  const { body } = await app.http
    .put('/api/users/me/avatar')
    .set(ann.auth)
    .attach('file', picture, 'me.jpg')
    .expect(200);
  const text = (words: string, name: string) => upload(app, ann, Buffer.from(words), { name });
  return {
    avatar: String((body as { avatarUrl: string }).avatarUrl.split('/').at(-1)),
    shown: await upload(app, ann, await imageOf(), { name: 'shown.jpg' }),
    unsent: await text('never sent by her', '../../etc/never "sent".txt'),
    later: await text('to be sent later', 'later.txt'),
  };
}

/** She has made one and come by others: once into a group, once as far as its door. */
async function meetByInvites({ app, ann, bob, cat, groupId }: Conversation): Promise<void> {
  const invite = async (owner: TestUser, chatId: string) =>
    (await app.http.post(`/api/chats/${chatId}/invite`).set(owner.auth).send({ maxUses: 5 }).expect(201))
      .body as { token: string };
  await invite(ann, groupId);
  const open = await app.group(bob, [cat], 'open');
  const guarded = await app.group(bob, [cat], 'guarded');
  await app.http
    .patch(`/api/chats/${guarded}`)
    .set(bob.auth)
    .send({ settings: { joinApproval: true } })
    .expect(200);
  for (const chatId of [open, guarded]) {
    const { token } = await invite(bob, chatId);
    const { status } = await app.http.post(`/api/invites/${token}/join`).set(ann.auth).send({});
    if (status >= 300) throw new Error(`joining was answered ${status}`);
  }
}

async function liveInStatuses(talk: Conversation): Promise<void> {
  const { ann, bob, cat } = talk;
  const post = (user: TestUser, text: string, audience: object) =>
    talk.ok(user, 'post', '/api/status', { type: 'text', text, audience });
  await post(ann, 'at the sea', { level: 'only', userIds: [bob.id] });
  const { id } = await post(bob, 'in the hills', { level: 'only', userIds: [ann.id] });
  await talk.ok(ann, 'post', `/api/status/${id}/view`);
  await talk.ok(ann, 'put', `/api/status/${id}/reaction`, { emoji: '🏔️' });
  await talk.ok(ann, 'put', `/api/status/mutes/${cat.id}`);
  await talk.ok(bob, 'put', `/api/status/mutes/${ann.id}`);
}
