import type { Socket } from 'socket.io-client';
import { expect } from 'vitest';

const DEFAULT_TIMEOUT_MS = 5000;

export interface Ack {
  ok: boolean;
  data: any;
  error: {
    code: string;
    message: string;
    details?: { field: string; rule: string }[];
    retryAfterMs?: number;
  };
}

/** A real client socket that remembers everything it hears. */
export class TestSocket {
  readonly heard: { event: string; payload: any }[] = [];
  private readonly waiters = new Set<() => void>();

  constructor(readonly raw: Socket) {
    raw.onAny((event: string, payload: unknown) => {
      this.heard.push({ event, payload });
      for (const check of this.waiters) check();
    });
  }

  connected(): Promise<void> {
    if (this.raw.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.raw.once('connect', resolve);
      this.raw.once('connect_error', reject);
    });
  }

  /** The error of a refused handshake. */
  refused(): Promise<Error & { data?: { code: string; message: string } }> {
    return new Promise((resolve, reject) => {
      this.raw.once('connect_error', resolve);
      this.raw.once('connect', () => reject(new Error('the handshake was admitted')));
    });
  }

  disconnected(): Promise<string> {
    if (this.raw.disconnected) return Promise.resolve('before');
    return new Promise((resolve) => this.raw.once('disconnect', resolve));
  }

  /** Sends an event with an ack callback. */
  async send(event: string, ...args: unknown[]): Promise<Ack> {
    return (await this.raw.timeout(DEFAULT_TIMEOUT_MS).emitWithAck(event, ...args)) as Ack;
  }

  /** Sends, and fails the test when it is refused. */
  async ok(event: string, ...args: unknown[]): Promise<Ack['data']> {
    const ack = await this.send(event, ...args);
    expect(ack, `${event} was refused`).toMatchObject({ ok: true });
    return ack.data;
  }

  /** Sends, and fails the test unless it is refused with this code. */
  async refusal(code: string, event: string, ...args: unknown[]): Promise<Ack['error']> {
    const ack = await this.send(event, ...args);
    expect(ack).toMatchObject({ ok: false, error: { code } });
    return ack.error;
  }

  /** Payloads of an event heard so far. */
  all(event: string): any[] {
    return this.heard.filter((one) => one.event === event).map(({ payload }) => payload as unknown);
  }

  /** The first payload of an event, heard already or to come, that fits. */
  async next(
    event: string,
    fits: (payload: any) => boolean = () => true,
    ms = DEFAULT_TIMEOUT_MS,
  ): Promise<any> {
    return (await this.count(event, 1, fits, ms))[0];
  }

  /** Waits until the event was heard `count` times. */
  count(
    event: string,
    count: number,
    fits: (payload: any) => boolean = () => true,
    ms = DEFAULT_TIMEOUT_MS,
  ): Promise<any[]> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.all(event).filter(fits);
        if (found.length < count) return;
        clearTimeout(timer);
        this.waiters.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.waiters.delete(check);
        const heard = this.heard.map((one) => one.event).join(', ') || 'nothing';
        reject(new Error(`${event} was heard ${this.all(event).length} of ${count} times; heard: ${heard}`));
      }, ms);
      this.waiters.add(check);
      check();
    });
  }

  /**
   * Everything sent to this socket before now has arrived when it resolves: events keep their order, so
   * an answer to a question of ours comes behind them.
   */
  async settle(): Promise<void> {
    await this.send('presence', { userIds: ['0'.repeat(24)] });
  }

  forget(): void {
    this.heard.length = 0;
  }

  close(): void {
    this.raw.disconnect();
  }
}
