import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from '../../src/gateways/socket-io.adapter.js';
import { OnlineUsers } from '../../src/realtime/online-users.js';
import type { ParleyServer } from '../../src/realtime/parley-socket.js';
import { RealtimePublisher } from '../../src/realtime/realtime.publisher.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

/** What the engine reads anew for every connection and every ping. */
interface EngineOptions {
  pingInterval: number;
  pingTimeout: number;
}

const INTERVAL_MS = 200;
const TIMEOUT_MS = 1000;
/** A machine under load is late; it is still far from the 45 s of the real settings. */
const SLACK_MS = 5000;
/** Timers may fire a little before their time. */
const EARLY_MS = 5;

describe('a half-open connection', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let bobPhone: TestSocket;
  let options: EngineOptions;
  const silent: SilentClient[] = [];

  beforeAll(async () => {
    app = await createTestApp({ PRESENCE_GRACE_SECONDS: '0' });
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    await app.directChat(ann, bob);
    bobPhone = await app.connectAs(bob);
    options = engineOptions(app);
  });
  afterEach(() => {
    Object.assign(options, { pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS });
    bobPhone.forget();
    for (const client of silent.splice(0)) client.destroy();
  });
  afterAll(() => app.close());

  const isAnn = ({ userId }: { userId: string }) => userId === ann.id;

  it('should be found out within 45 s', () => {
    expect(options).toMatchObject({ pingInterval: 25_000, pingTimeout: 20_000 });
  });

  it('should be offline within ping interval, timeout and grace', async () => {
    Object.assign(options, { pingInterval: INTERVAL_MS, pingTimeout: TIMEOUT_MS });
    const begunAt = performance.now();
    const phone = await connectSilently(ann);
    await bobPhone.next('user_online', isAnn);

    await bobPhone.next('user_offline', isAnn, INTERVAL_MS + TIMEOUT_MS + SLACK_MS);

    const took = performance.now() - begunAt;
    expect(took).toBeGreaterThanOrEqual(INTERVAL_MS + TIMEOUT_MS - EARLY_MS);
    expect(took).toBeLessThan(INTERVAL_MS + TIMEOUT_MS + SLACK_MS);
    expect(phone.packets).toContain('2');
  });

  it('should leave those online who answer', async () => {
    Object.assign(options, { pingInterval: INTERVAL_MS, pingTimeout: TIMEOUT_MS });
    const laptop = await app.connectAs(ann);
    await connectSilently(ann);
    const online = app.app.get(OnlineUsers);
    expect(online.socketCount(ann.id)).toBe(2);

    await vi.waitUntil(() => online.socketCount(ann.id) === 1, { interval: 1, timeout: SLACK_MS });

    await bobPhone.settle();
    expect(bobPhone.all('user_offline').filter(isAnn)).toEqual([]);
    expect(laptop.raw.connected).toBe(true);
    laptop.close();
    await bobPhone.next('user_offline', isAnn);
  });

  it('should not be kept by what it never reads', async () => {
    const chatId = await app.directChat(ann, bob);
    const long = '語'.repeat(4096);
    for (let n = 0; n < 50; n += 1)
      await bobPhone.ok('new_message', { chatId, clientMessageId: `long ${n}`, text: long });
    const phone = await connectSilently(ann);

    phone.askUnread('join_chat', chatId, 60);

    await bobPhone.next('user_offline', isAnn);
  });

  async function connectSilently({ token }: TestUser): Promise<SilentClient> {
    const client = new SilentClient(new URL(app.url));
    silent.push(client);
    await client.enter(token);
    return client;
  }
});

function engineOptions(app: TestApp): EngineOptions {
  const server = Reflect.get(app.app.get(RealtimePublisher), 'server') as ParleyServer;
  return server.engine.opts as EngineOptions;
}

/** Says what opens a Socket.IO connection over WebSocket and then no word of its own, not even to a closing frame. */
class SilentClient {
  readonly packets: string[] = [];
  private readonly socket: Socket;
  private received = Buffer.alloc(0);
  private isUpgraded = false;
  private onPacket = () => {};

  constructor(private readonly url: URL) {
    this.socket = connect(Number(url.port), url.hostname);
    this.socket.on('data', (chunk) => this.take(chunk));
  }

  async enter(token: string): Promise<void> {
    this.socket.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${this.url.host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        '\r\n',
      ].join('\r\n'),
    );
    await this.heard('0{');
    this.socket.write(textFrame(`40${JSON.stringify({ token })}`));
    await this.heard('40{');
  }

  /** Wants so many answers and reads none. */
  askUnread(event: string, payload: unknown, times: number): void {
    this.socket.pause();
    for (let id = 0; id < times; id += 1)
      this.socket.write(textFrame(`42${id}${JSON.stringify([event, payload])}`));
  }

  destroy(): void {
    this.socket.destroy();
  }

  private heard(start: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject).once('close', () => reject(new Error(`closed before ${start}`)));
      this.onPacket = () => this.packets.some((packet) => packet.startsWith(start)) && resolve();
      this.onPacket();
    });
  }

  private take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    if (!this.isUpgraded) {
      const end = this.received.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.isUpgraded = true;
      this.received = this.received.subarray(end + 4);
    }
    for (let frame = this.nextFrame(); frame; frame = this.nextFrame()) this.packets.push(frame);
    this.onPacket();
  }

  /** What the server sends here is short or, above 125 bytes, has a length of two bytes. */
  private nextFrame(): string | null {
    if (this.received.length < 2) return null;
    const short = this.received.readUInt8(1);
    if (short === 126 && this.received.length < 4) return null;
    const [start, length] = short === 126 ? [4, this.received.readUInt16BE(2)] : [2, short];
    if (this.received.length < start + length) return null;
    const text = this.received.toString('utf8', start, start + length);
    this.received = this.received.subarray(start + length);
    return text;
  }
}

/** A client's frame: its length in two bytes, and a mask, here of zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
