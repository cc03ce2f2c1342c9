import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

type Options = Partial<ManagerOptions & SocketOptions>;

const TRANSPORTS: [string, Options][] = [
  ['websocket', { transports: ['websocket'] }],
  ['polling', { transports: ['polling'] }],
  ['polling, then websocket', { transports: ['polling', 'websocket'] }],
  ['websocket first, then polling', { transports: ['websocket', 'polling'] }],
];

describe('sockets and their transports', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let chatId: string;
  let bobPhone: TestSocket;

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    [chatId, bobPhone] = await Promise.all([app.directChat(ann, bob), app.connectAs(bob)]);
  });
  afterAll(() => app.close());

  const text = (payload: { text: string }) => payload.text;
  const message = (words: string) => ({ chatId, clientMessageId: words, text: words });

  it.each(TRANSPORTS)('should chat both ways over %s', async (name, options) => {
    const socket = await app.connectAs(ann, options);

    await socket.ok('new_message', message(`by ${name}`));
    await bobPhone.ok('new_message', message(`to ${name}`));

    expect(text(await bobPhone.next('receive_message', (one) => text(one) === `by ${name}`))).toBeDefined();
    expect(text(await socket.next('receive_message', (one) => text(one) === `to ${name}`))).toBeDefined();
    await socket.refusal('NOT_FOUND', 'nothing');
    socket.close();
  });

  it.each(TRANSPORTS)(
    'should carry texts of every length and alphabet at once, over %s',
    async (name, options) => {
      const socket = await app.connectAs(ann, options);
      const lengths = [1, 90, 130, 1000, 4096];
      const texts = ['x', 'ü', '語', '🙂'].flatMap((letter) =>
        lengths.map((length) => letter.repeat(Math.ceil(length / letter.length))),
      );

      const acks = await Promise.all(
        texts.map((words, index) =>
          socket.ok('new_message', { chatId, clientMessageId: `${name} ${index}`, text: words }),
        ),
      );

      const isOne = (one: { clientMessageId: string }) => one.clientMessageId.startsWith(`${name} `);
      expect(acks.map(({ message: { text: acked } }) => acked as string)).toEqual(texts);
      expect((await bobPhone.count('receive_message', texts.length, isOne)).map(text)).toEqual(texts);
      expect((await socket.count('receive_message', texts.length, isOne)).map(text)).toEqual(texts);
      // More than 64 KiB in one answer.
      expect((await socket.ok('join_chat', chatId)).messages.slice(-texts.length).map(text)).toEqual(texts);
      socket.close();
    },
  );

  it('should begin with polling and move up by itself', async () => {
    const socket = app.socket({ transports: ['polling', 'websocket'], auth: { token: ann.token } });
    await socket.connected();
    const { engine } = socket.raw.io;
    if (engine.transport.name === 'polling') {
      await new Promise((resolve) => engine.once('upgrade', resolve));
    }

    expect(engine.transport.name).toBe('websocket');
    socket.close();
  });

  it('should let polls of other origins read their answers', async () => {
    const { headers } = await app.http
      .get('/socket.io/?EIO=4&transport=polling')
      .set('Origin', 'https://web.example')
      .expect(200);

    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://web.example',
      'access-control-allow-credentials': 'true',
    });
  });

  it('should neither lose nor turn round what is sent while it moves up', async () => {
    const socket = app.socket({ transports: ['polling', 'websocket'], auth: { token: ann.token } });
    await socket.connected();
    const words = Array.from({ length: 100 }, (_, index) => `up ${index}`);

    await Promise.all(words.map((one) => socket.ok('new_message', message(one))));

    const heard = await bobPhone.count('receive_message', words.length, (one) => text(one).startsWith('up '));
    expect(heard.map(text)).toEqual(words);
    expect(await socket.count('receive_message', words.length)).toHaveLength(words.length);
    socket.close();
  });

  it('should take no event behind a leaving, though one poll brought both', async () => {
    const { text: opened } = await app.http.get('/socket.io/?EIO=4&transport=polling').expect(200);
    const path = `/socket.io/?EIO=4&transport=polling&sid=${JSON.parse(opened.slice(1)).sid}`;
    const post = (...packets: string[]) =>
      app.http.post(path).set('Content-Type', 'text/plain').send(packets.join('\x1e')).expect(200);
    const event = (words: string) => `42${JSON.stringify(['new_message', message(words)])}`;
    await post(`40${JSON.stringify({ token: ann.token })}`);
    await app.http.get(path).expect(200);

    await post(event('before leaving'), '41', event('behind leaving'));
    await bobPhone.next('receive_message', (one) => text(one) === 'before leaving');
    await bobPhone.ok('new_message', message('after both'));

    expect((await textsBySync(ann)).slice(-2)).toEqual(['before leaving', 'after both']);
  });

  it('should close a polling client at a packet over the limit', async () => {
    const socket = await app.connectAs(ann, { transports: ['polling'] });
    const closed = socket.disconnected();

    socket.raw.emit('new_message', message('x'.repeat(100_000)));

    expect(await closed).toMatch(/^transport/);
  });

  describe('a connection that breaks', () => {
    const returning: Options = { reconnection: true, reconnectionDelay: 1, reconnectionDelayMax: 1 };

    it.each(TRANSPORTS)('should be as good as new once it is back, over %s', async (name, options) => {
      const socket = await app.connectAs(ann, { ...options, ...returning });
      const oldId = socket.raw.id;

      await breakAndReturn(socket, () => bobPhone.ok('new_message', message(`missed ${name}`)));
      await bobPhone.ok('new_message', message(`after ${name}`));

      expect(socket.raw.id).not.toBe(oldId);
      await socket.next('receive_message', (one) => text(one) === `after ${name}`);
      expect(await textsBySync(ann)).toContain(`missed ${name}`);
      await socket.ok('new_message', message(`again ${name}`));
      socket.close();
    });

    it('should be answered once where a send is retried behind it', async () => {
      const socket = await app.connectAs(ann, returning);
      socket.raw.emit('new_message', message('in doubt'));

      await breakAndReturn(socket, () => Promise.resolve());
      const retry = await socket.ok('new_message', message('in doubt'));

      expect(await bobPhone.next('receive_message', (one) => text(one) === 'in doubt')).toEqual(
        retry.message,
      );
      await bobPhone.settle();
      expect(bobPhone.all('receive_message').filter((one) => text(one) === 'in doubt')).toHaveLength(1);
      socket.close();
    });

    /** Cuts the transport as a lost network does; the client comes back by itself. */
    async function breakAndReturn(socket: TestSocket, meanwhile: () => Promise<unknown>): Promise<void> {
      const back = new Promise<void>((resolve) => {
        socket.raw.once('disconnect', () => socket.raw.once('connect', resolve));
      });
      socket.raw.io.engine.close();
      await meanwhile();
      await back;
    }
  });

  async function textsBySync({ auth }: TestUser): Promise<string[]> {
    const { body } = await app.http.post('/api/sync').set(auth).send({ chats: {} }).expect(200);
    return (body.chats as { messages: { text: string }[] }[]).flatMap(({ messages }) => messages.map(text));
  }
});
