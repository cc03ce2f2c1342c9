import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { EXPIRED_MESSAGES_MS } from '../../src/jobs/expired-messages.job.js';
import { EXPIRY_GRACE_MS } from '../../src/messages/message-expiry.service.js';
import type { MessageView } from '../../src/messages/message.view.js';
import { PageFetcher } from '../../src/messages/previews/page-fetcher.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

/** A page that was asked for, and does not answer yet. */
interface Held {
  path: string;
  answer: () => void;
}

describe('link previews in messages', () => {
  let app: TestApp;
  let talk: Conversation;
  let server: Server;
  let url: string;
  let asked: string[];
  let held: Held[];
  let holds = false;

  beforeAll(async () => {
    server = createServer(({ url: path = '' }, response) => {
      asked.push(path);
      const answer = () => {
        const html = `<title>page ${path}</title><meta name="description" content="about ${path}">`;
        response.writeHead(path.startsWith('/none') ? 404 : 200, { 'Content-Type': 'text/html' }).end(html);
      };
      if (holds) held.push({ path, answer });
      else answer();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    url = `http://page.example:${port}`;
    const reach = {
      resolve: () => Promise.resolve(['127.0.0.1']),
      admits: (_: string, number: number) => number === port,
    };
    app = await createTestApp({ RATE_LIMITS: 'off', LINK_PREVIEWS: 'on' }, (builder) =>
      builder.overrideProvider(PageFetcher).useValue(new PageFetcher(reach)),
    );
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await app.close();
  });

  let count = 0;
  /** Each test has pages of its own: what is known of one is kept for a day. */
  let page: (name: string) => string;

  beforeEach(async () => {
    [asked, held, holds] = [[], [], false];
    count += 1;
    page = (name) => `/${name}${count}`;
    talk = await Conversation.open(app);
    await talk.quiet();
  });

  const previewOf = (path: string) => ({
    url: url + path,
    title: `page ${path}`,
    description: `about ${path}`,
  });
  /** The message as it was told once the preview of this page had come. */
  const told = (user: TestUser, path: string): Promise<MessageView> =>
    talk
      .phone(user)
      .next('message_edited', ({ linkPreview }: MessageView) => linkPreview?.url === url + path);
  const edit = (message: MessageView, text: string): Promise<MessageView> =>
    talk.ok(talk.ann, 'patch', `/api/messages/${message.id}`, { text });
  /** A message of Ann's with its preview. */
  async function previewed(path: string, more: object = {}): Promise<MessageView> {
    await talk.send(talk.ann, talk.groupId, { text: `look: ${url}${path}`, ...more });
    const users = [talk.ann, talk.bob, talk.cat];
    const [message] = await Promise.all(users.map((user) => told(user, path)));
    await talk.quiet();
    return message as MessageView;
  }

  it('should come behind the message, as a change of it that is no edit', async () => {
    const sent = await talk.send(talk.ann, talk.groupId, `look: ${url}${page('a')}`);

    const message = await told(talk.bob, page('a'));

    expect(message).toEqual(
      Object.assign({}, sent, { rev: sent.rev + 1, linkPreview: previewOf(page('a')) }),
    );
    for (const user of [talk.ann, talk.cat]) expect(await told(user, page('a'))).toEqual(message);
    for (const user of [talk.ann, talk.bob, talk.cat]) {
      expect(await talk.message(user, sent)).toEqual(message);
      expect(await talk.chat(user, talk.groupId)).toMatchObject({ rev: message.rev, lastMessage: message });
    }
    expect((await talk.ok(talk.bob, 'get', `/api/messages/${sent.id}/edits`)).items).toEqual([]);
    await talk.expectSilence(talk.eve);
  });

  it('should be there for a device that was away', async () => {
    const message = await previewed(page('a'));

    expect(await talk.behind(talk.bob, talk.groupId, message.rev - 1)).toEqual([message]);
    expect(await talk.behind(talk.bob, talk.groupId, 0)).toEqual([message]);
    expect(await talk.behind(talk.bob, talk.groupId, message.rev)).toEqual([]);
    const { chats } = await talk.sync(talk.eve, { [talk.groupId]: 0 });
    expect(JSON.stringify(chats)).not.toContain('page');
  });

  it('should not be told to who has left, or came later', async () => {
    holds = true;
    const sent = await talk.send(talk.ann, talk.groupId, `look: ${url}${page('a')}`);
    await expect.poll(() => held.length).toBe(1);
    await talk.remove(talk.bob);
    await talk.add(talk.eve);
    await talk.quiet();

    held[0]?.answer();
    const message = await told(talk.cat, page('a'));

    expect(message.linkPreview).toEqual(previewOf(page('a')));
    await talk.expectSilence(talk.bob, talk.eve);
    const past = await talk.message(talk.bob, sent);
    expect(past).toEqual(sent);
    expect(await talk.behind(talk.bob, talk.groupId, 0)).toEqual([sent]);
    await talk.refused('NOT_FOUND', talk.eve, 'get', `/api/messages/${sent.id}/edits`);
    expect(await talk.message(talk.eve, sent)).toBeUndefined();
  });

  it('should come although its sender has left, and long after one could edit', async () => {
    holds = true;
    await talk.send(talk.bob, talk.groupId, `look: ${url}${page('a')}`);
    await expect.poll(() => held.length).toBe(1);
    await talk.remove(talk.bob);
    app.clock.advance(16 * 60_000);

    held[0]?.answer();

    const ann = await app.login(talk.ann.email);
    const texts = async () => (await talk.history(ann, talk.groupId)).map(({ linkPreview }) => linkPreview);
    await expect.poll(texts).toEqual([previewOf(page('a'))]);
  });

  it('should stay where an edit leaves its address, and go where it does not', async () => {
    const first = await previewed(page('a'));

    const other = await edit(first, `see ${url}${page('a')}`);
    expect(other.linkPreview).toEqual(first.linkPreview);
    const none = await edit(first, 'nothing to see');
    expect(none).not.toHaveProperty('linkPreview');
    expect(await talk.message(talk.bob, first)).toEqual(none);
    expect(await talk.behind(talk.bob, talk.groupId, first.rev)).toEqual([none]);
    expect(asked).toEqual([page('a')]);
  });

  it('should be of the new address after an edit', async () => {
    const first = await previewed(page('a'));

    const changed = await edit(first, `better: ${url}${page('b')}`);
    expect(changed).not.toHaveProperty('linkPreview');
    const again = await told(talk.bob, page('b'));

    expect(again).toEqual(
      Object.assign({}, changed, { rev: changed.rev + 1, linkPreview: previewOf(page('b')) }),
    );
    expect(talk.phone(talk.bob).all('message_edited')).toEqual([changed, again]);
    expect(await talk.message(talk.cat, first)).toEqual(again);
  });

  it('should not be of an address that is not in it any more when the page answers', async () => {
    holds = true;
    const sent = await talk.send(talk.ann, talk.groupId, `look: ${url}${page('a')}`);
    await expect.poll(() => held.length).toBe(1);
    await edit(sent, `better: ${url}${page('b')}`);
    await expect.poll(() => held.length).toBe(2);
    await talk.quiet();

    held.find(({ path }) => path === page('a'))?.answer();
    await expect
      .poll(() =>
        app.connection.collection('link_previews').countDocuments({ 'preview.url': url + page('a') }),
      )
      .toBe(1);
    held.find(({ path }) => path === page('b'))?.answer();

    const message = await told(talk.bob, page('b'));
    await talk.settle();
    expect(talk.phone(talk.bob).all('message_edited')).toEqual([message]);
    expect(message.linkPreview).toEqual(previewOf(page('b')));
  });

  it('should go with what was deleted, and not come to it', async () => {
    const first = await previewed(page('a'));
    const deleted = await talk.ok(talk.ann, 'delete', `/api/messages/${first.id}?for=everyone`);
    expect(deleted).not.toHaveProperty('linkPreview');

    holds = true;
    const second = await talk.send(talk.ann, talk.groupId, `look: ${url}${page('b')}`);
    await expect.poll(() => held.length).toBe(1);
    await talk.ok(talk.ann, 'delete', `/api/messages/${second.id}?for=everyone`);
    held[0]?.answer();
    holds = false;
    await previewed(page('c'));

    const rows = await app.connection
      .collection('messages')
      .find({ chatId: new Types.ObjectId(talk.groupId) })
      .toArray();
    const left = JSON.stringify(rows);
    expect(left).toContain(`page ${page('c')}`);
    expect(left).not.toContain(`page ${page('a')}`);
    expect(left).not.toContain(`page ${page('b')}`);
  });

  it('should go with what has disappeared', async () => {
    const first = await previewed(page('a'), { expiresInSeconds: 60 });
    app.clock.advance(60_000);
    expect(await talk.message(talk.bob, first)).not.toHaveProperty('linkPreview');

    app.clock.advance(EXPIRY_GRACE_MS);

    const rows = async () => {
      // Each time anew: a sweep may have been under way, and the next one comes so long after its end.
      app.clock.advance(EXPIRED_MESSAGES_MS);
      const messages = app.connection.collection('messages');
      return JSON.stringify(await messages.find({ chatId: new Types.ObjectId(talk.groupId) }).toArray());
    };
    await expect.poll(rows, { timeout: 10_000 }).not.toContain(page('a'));
  });

  it('should be told once, and never where the page says nothing', async () => {
    const first = await previewed(page('a'));
    const again = await edit(first, `again ${url}${page('a')}`);
    const none = await talk.send(talk.ann, talk.groupId, `look: ${url}${page('none')}`);
    await expect.poll(() => asked).toEqual([page('a'), page('none')]);
    await previewed(page('c'));

    expect(await talk.message(talk.bob, first)).toEqual(again);
    expect(await talk.message(talk.bob, none)).toEqual(none);
  });
});
