import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import type { FoundMessageView, SearchPageView } from '../../src/search/search.view.js';
import { Conversation, twoNodes } from '../support/conversation.js';
import { databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload } from '../support/media-files.js';

/** What is written goes by the first of two nodes, and each search by both. */
describe('searching what becomes of messages', () => {
  let nodes: [TestApp, TestApp];
  let talk: Conversation;

  beforeAll(async () => {
    nodes = await twoNodes({
      MONGODB_URI: databaseUri(`search_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
      RATE_LIMITS: 'off',
    });
  });
  afterAll(async () => {
    await nodes[0].connection.dropDatabase();
    await Promise.all(nodes.map((node) => node.close()));
  });
  beforeEach(async () => {
    talk = await Conversation.open(nodes[0]);
  });

  const searchOn = async (node: TestApp, user: TestUser, q: string, rest: Record<string, string>) => {
    const query = new URLSearchParams({ q, ...rest }).toString();
    const { body } = await node.http.get(`/api/messages/search?${query}`).set(user.auth).expect(200);
    return (body as SearchPageView).items;
  };
  /** What is found, which both nodes agree on. */
  const found = async (
    user: TestUser,
    q: string,
    rest: Record<string, string> = {},
  ): Promise<FoundMessageView[]> => {
    const [there, here] = [await searchOn(nodes[1], user, q, rest), await searchOn(nodes[0], user, q, rest)];
    expect(here).toEqual(there);
    return here;
  };
  const texts = async (user: TestUser, q: string) => (await found(user, q)).map(({ text }) => text);
  const send = (content: string | object, user = talk.ann) => talk.send(user, talk.groupId, content);
  const edit = ({ id }: MessageView, text: string) =>
    talk.ok(talk.ann, 'patch', `/api/messages/${id}`, { text });
  const marked = ({ snippet: { text, matches } }: FoundMessageView) =>
    matches.map(([start, end]) => text.slice(start, end));

  it('should find an edited text by its new words and not by its old ones', async () => {
    const message = await send('a pangolin');
    expect(await texts(talk.bob, 'pangolin')).toEqual(['a pangolin']);

    await edit(message, 'an okapi');
    await edit(message, 'an axolotl');

    expect(await texts(talk.bob, 'pangolin')).toEqual([]);
    expect(await texts(talk.bob, 'okapi')).toEqual([]);
    expect(await found(talk.bob, 'axolotl')).toMatchObject([
      { id: message.id, text: 'an axolotl', editedAt: expect.any(String), snippet: { text: 'an axolotl' } },
    ]);
  });

  it('should not find what was deleted for everyone', async () => {
    const message = await send('a quokka');
    await edit(message, 'a numbat');
    expect(await texts(talk.bob, 'numbat')).toEqual(['a numbat']);

    await talk.ok(talk.ann, 'delete', `/api/messages/${message.id}?for=everyone`);

    for (const q of ['quokka', 'numbat'])
      for (const user of [talk.ann, talk.bob]) expect(await found(user, q)).toEqual([]);
  });

  it('should not find what somebody deleted for themselves, and find it for the others', async () => {
    const message = await send('a capybara');
    expect(await texts(talk.bob, 'capybara')).toHaveLength(1);

    await talk.ok(talk.bob, 'delete', `/api/messages/${message.id}?for=me`);

    expect(await found(talk.bob, 'capybara')).toEqual([]);
    expect(await texts(talk.ann, 'capybara')).toEqual(['a capybara']);
  });

  it('should not find what has disappeared', async () => {
    await send({ text: 'a mayfly', expiresInSeconds: 60 });
    await send('another mayfly');
    expect(await texts(talk.bob, 'mayfly')).toEqual(['another mayfly', 'a mayfly']);

    for (const node of nodes) node.clock.advance(61_000);

    expect(await texts(talk.bob, 'mayfly')).toEqual(['another mayfly']);
  });

  it('should find nothing of before a chat was cleared', async () => {
    await send('a walrus of before');
    await talk.ok(talk.bob, 'post', `/api/chats/${talk.groupId}/clear`);
    expect(await found(talk.bob, 'walrus')).toEqual([]);

    await send('a walrus of after');

    expect(await texts(talk.bob, 'walrus')).toEqual(['a walrus of after']);
    expect(await texts(talk.ann, 'walrus')).toHaveLength(2);
  });

  it('should find for a newcomer what follows, and what went before where the group shows it', async () => {
    await send('a beaver of before');
    await talk.add(talk.eve);
    await send('a beaver of after');
    expect(await texts(talk.eve, 'beaver')).toEqual(['a beaver of after']);

    await talk.remove(talk.eve);
    await talk.ok(talk.ann, 'patch', `/api/chats/${talk.groupId}`, { settings: { historyForNew: true } });
    await send('a beaver in between');
    await talk.add(talk.eve);

    expect(await texts(talk.eve, 'beaver')).toEqual([
      'a beaver in between',
      'a beaver of after',
      'a beaver of before',
    ]);
  });

  it('should find for an ex-member messages as they were when they left', async () => {
    const first = await send('a heron');
    const edited = await send('a stork');
    const gone = await send('a bittern');
    await edit(edited, 'an egret');
    await talk.remove(talk.cat);
    await edit(first, 'a vulture');
    await edit(edited, 'a condor');
    await talk.ok(talk.ann, 'delete', `/api/messages/${gone.id}?for=everyone`);
    await talk.ok(talk.bob, 'put', `/api/messages/${first.id}/reaction`, { emoji: '👍' });
    await send('a heron behind her back');

    for (const later of ['vulture', 'condor', 'bittern', 'stork', 'behind'])
      expect(await found(talk.cat, later), later).toEqual([]);
    expect(await found(talk.cat, 'heron')).toMatchObject([
      { id: first.id, text: 'a heron', reactions: [], rev: first.rev, snippet: { text: 'a heron' } },
    ]);
    expect(await texts(talk.cat, 'egret')).toEqual(['an egret']);
    expect(JSON.stringify(await found(talk.cat, 'egret'))).not.toContain('condor');
    expect(await texts(talk.bob, 'heron')).toEqual(['a heron behind her back']);

    await talk.add(talk.cat);
    expect(await texts(talk.cat, 'condor')).toEqual(['a condor']);
    expect(await texts(talk.cat, 'egret')).toEqual([]);
    expect(await texts(talk.cat, 'behind')).toEqual([]);
  });

  it('should never find what the server says itself', async () => {
    await talk.ok(talk.ann, 'patch', `/api/chats/${talk.groupId}`, {
      title: 'narwhal',
      description: 'narwhal',
    });
    const pinned = await send('a narwhal');
    await talk.ok(talk.ann, 'put', `/api/messages/${pinned.id}/pin`);

    expect(await found(talk.bob, 'narwhal')).toMatchObject([{ id: pinned.id, type: 'text', pinned: true }]);
    for (const q of ['pinned', 'system', 'group', 'info', talk.ann.id])
      expect(await found(talk.bob, q), q).toEqual([]);
  });

  it('should find polls, places, cards, files and captions by what they say', async () => {
    const options = ['Manatee', 'Dugong'];
    const poll = await send({ type: 'poll', poll: { question: 'Which sea cow?', options, multiple: false } });
    const place = { latitude: 52.5, longitude: 13.4, name: 'Aquarium' };
    const location = await send({ type: 'location', location: place });
    const contact = await send({ type: 'contact', contact: { name: 'Orca Winfrey', phone: '+4930123456' } });
    const [file, photo] = [
      await upload(nodes[0], talk.ann, Buffer.from('squid, squid, squid'), { name: 'cuttlefish list.txt' }),
      await upload(nodes[0], talk.ann, await imageOf(), { name: 'photo.jpg' }),
    ];
    const letter = await send({ type: 'file', text: 'as you asked', attachmentIds: [file.id] });
    const picture = await send({ type: 'image', text: 'a jellyfish', attachmentIds: [photo.id] });
    const talks: [string, MessageView, string, string[]][] = [
      ['sea cow', poll, 'Which sea cow?', ['sea', 'cow']],
      ['dugong', poll, 'Dugong', ['Dugong']],
      ['dugong cow ', poll, 'Which sea cow?\nManatee\nDugong', ['cow', 'Dugong']],
      ['aquarium', location, 'Aquarium', ['Aquarium']],
      ['winfrey', contact, 'Orca Winfrey', ['Winfrey']],
      ['cuttlefish', letter, 'cuttlefish list.txt', ['cuttlefish']],
      ['asked', letter, 'as you asked', ['asked']],
      ['jellyfish', picture, 'a jellyfish', ['jellyfish']],
    ];

    for (const [q, { id }, text, words] of talks) {
      const answer = await found(talk.bob, q);
      expect(answer, q).toMatchObject([{ id, snippet: { text } }]);
      expect(marked(answer[0] as FoundMessageView)).toEqual(words);
    }
    for (const q of ['squid', '4930123456', '52']) expect(await found(talk.bob, q), q).toEqual([]);
  });

  it('should show stars to who has set them, and to nobody else', async () => {
    const message = await send('a starfish');
    await send('another starfish');
    await talk.ok(talk.bob, 'put', `/api/messages/${message.id}/star`);

    const ofBob = await found(talk.bob, 'starfish');
    expect(ofBob.map(({ starred }) => starred)).toEqual([undefined, true]);
    for (const one of await found(talk.ann, 'starfish')) expect(one).not.toHaveProperty('starred');
  });

  it('should look in one chat and for one sender among what has changed', async () => {
    const inGroup = await send('an otter');
    await edit(inGroup, 'two otters');
    await send('otters by bob', talk.bob);
    await talk.send(talk.ann, talk.directId, 'otters between us');
    const chatId = talk.groupId;

    const only = async (rest: Record<string, string>) =>
      (await found(talk.bob, 'otters', rest)).map(({ text }) => text);
    expect(await only({ chatId })).toEqual(['otters by bob', 'two otters']);
    expect(await only({ senderId: talk.ann.id })).toEqual(['otters between us', 'two otters']);
    expect(await only({ chatId, senderId: talk.ann.id })).toEqual(['two otters']);
    expect(await found(talk.eve, 'otters', { senderId: talk.ann.id })).toEqual([]);
  });
});
