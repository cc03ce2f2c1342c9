import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { RateLimiter } from '../../src/common/rate-limit/rate-limiter.js';
import { AppConfig } from '../../src/config/app-config.js';
import { DomainEvents } from '../../src/events/domain-events.js';
import type { MessageView } from '../../src/messages/message.view.js';
import type { LinkPreview } from '../../src/messages/previews/link-preview.record.js';
import { LinkPreviewsListener } from '../../src/messages/previews/link-previews.listener.js';
import { LinkPreviewsRepository } from '../../src/messages/previews/link-previews.repository.js';
import { LinkPreviews } from '../../src/messages/previews/link-previews.service.js';
import { PageFetcher } from '../../src/messages/previews/page-fetcher.js';
import { PreviewAttachment } from '../../src/messages/previews/preview-attachment.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

const HOUR_MS = 3_600_000;
const PAGE = '<title>A page</title><meta name="description" content="about it">';

/** Remembers what it was given. */
class Attachments extends PreviewAttachment {
  readonly given: { message: MessageView; preview: LinkPreview }[] = [];

  override attach(message: MessageView, preview: LinkPreview): Promise<void> {
    this.given.push({ message, preview });
    return Promise.resolve();
  }
}

describe('link previews', () => {
  let app: TestApp;
  let ann: TestUser;
  let chatId: string;
  let server: Server;
  let url: string;
  let answer: RequestListener;
  let asked: string[];
  let previews: LinkPreviews;
  const attachments = new Attachments();

  beforeAll(async () => {
    app = await createTestApp({ JWT_EXPIRES_IN: '30d' });
    const get = <T>(type: abstract new (...args: never[]) => T) => app.app.get<T>(type, { strict: false });
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    url = `http://page.example:${port}`;
    const reach = {
      resolve: () => Promise.resolve(['127.0.0.1']),
      admits: (_: string, number: number) => number === port,
    };
    previews = new LinkPreviews(get(LinkPreviewsRepository), new PageFetcher(reach), app.clock);
    const config = AppConfig.from({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32), LINK_PREVIEWS: 'on' });
    const parts = [
      get(DomainEvents),
      previews,
      new RateLimiter(config, app.clock),
      config,
      attachments,
    ] as const;
    new LinkPreviewsListener(...parts).onModuleInit();
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await previews.onApplicationShutdown();
    await app.close();
  });

  beforeEach(async () => {
    asked = [];
    attachments.given.length = 0;
    answer = (_, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
    const [first, bob] = (await app.users(2)) as [TestUser, TestUser];
    ann = first;
    chatId = await app.directChat(ann, bob);
  });

  afterEach(() => app.connection.collection('link_previews').deleteMany({}));

  let count = 0;
  const send = async (text: string): Promise<MessageView> => {
    const body = { clientMessageId: `m${(count += 1)}`, text };
    return (await app.http.post(`/api/chats/${chatId}/messages`).set(ann.auth).send(body).expect(201)).body;
  };
  const attached = async (number: number) => {
    await expect.poll(() => attachments.given.length, { timeout: 20_000 }).toBe(number);
  };

  it('should come behind the message, for its first address', async () => {
    const message = await send(`look: ${url}/page, or ${url}/other`);

    await attached(1);
    const preview = { url: `${url}/page`, title: 'A page', description: 'about it' };
    expect(attachments.given).toEqual([{ message, preview }]);
    expect(asked).toEqual(['/page']);
  });

  it('should not keep the message waiting', async () => {
    let finish: (() => void) | undefined;
    answer = (_, response) => {
      finish = () => response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
    };
    const phone = await app.connectAs(ann);

    await send(`${url}/slow`);
    await phone.next('receive_message');

    expect(attachments.given).toEqual([]);
    await expect.poll(() => finish).toBeDefined();
    finish?.();
    await attached(1);
  });

  it('should ask a page once for a day, whoever names it', async () => {
    await Promise.all([send(`${url}/once`), send(`${url}/once#part`), send(`${url}/once`)]);
    await attached(3);
    await send(`again ${url}/once`);
    await attached(4);
    expect(asked).toEqual(['/once']);

    app.clock.advance(24 * HOUR_MS);
    await send(`${url}/once`);

    await attached(5);
    expect(asked).toEqual(['/once', '/once']);
  });

  it('should remember for an hour that there is none', async () => {
    answer = (_, response) => void response.writeHead(404).end();
    expect(await previews.find(`${url}/gone`)).toBeNull();
    expect(await previews.find(`${url}/gone`)).toBeNull();
    expect(asked).toEqual(['/gone']);

    answer = (_, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
    app.clock.advance(HOUR_MS);

    expect(await previews.find(`${url}/gone`)).toMatchObject({ title: 'A page' });
  });

  it('should clear away what is past its time', async () => {
    await previews.find(`${url}/a`);
    app.clock.advance(23 * HOUR_MS);
    await previews.find(`${url}/b`);
    app.clock.advance(HOUR_MS);

    await previews.sweep();

    expect(await app.connection.collection('link_previews').countDocuments()).toBe(1);
  });

  it('should ask for no more than a sender may', async () => {
    await Promise.all(Array.from({ length: 65 }, (_, n) => send(`${url}/${n}`)));

    await attached(60);
    const other = await previews.find(`${url}/other`);
    expect(other).toMatchObject({ title: 'A page' });
    expect(asked).toHaveLength(61);
  });

  it('should ask for nothing unless the operator wants it', async () => {
    const off = await createTestApp();
    const [cleo, dan] = (await off.users(2)) as [TestUser, TestUser];
    const phone = await off.connectAs(cleo);
    await phone.ok('new_message', { chatId: await off.directChat(cleo, dan), text: `${url}/off` });
    await phone.next('receive_message');

    expect(await off.connection.collection('link_previews').countDocuments()).toBe(0);
    await off.close();
    expect(asked).toEqual([]);
  });
});
