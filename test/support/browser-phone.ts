import { randomBytes } from 'node:crypto';

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import type { NetworkCable } from './network-cable.js';

/** A call through encoders on a busy machine takes its time; nothing waits for longer than it has to. */
export const PATIENCE = { timeout: 60_000, interval: 100 };

export interface Ack {
  ok: boolean;
  data: any;
  error?: { code: string; message: string };
}

/** What a phone knows of its connection to another one. */
export interface PeerReport {
  /** Of all pictures together. */
  framesDecoded: number;
  /** How many pictures have come: the camera, and what is shared besides. */
  pictures: number;
  audioEnergy: number;
  state: string;
  signalingState: string;
  localCandidate: string | null;
  remoteCandidate: string | null;
  iceUfrag: string | null;
}

/** A page with somebody's account, a camera and a call client. */
export class BrowserPhone {
  private constructor(
    private readonly page: Page,
    readonly cable: NetworkCable,
    readonly email: string,
    readonly id: string,
    readonly token: string,
  ) {}

  static async enter(
    page: Page,
    cable: NetworkCable,
    { owner, rtc }: { owner?: BrowserPhone; rtc?: object },
  ): Promise<BrowserPhone> {
    const email = owner?.email ?? `${randomBytes(6).toString('hex')}@example.com`;
    const account = { url: cable.url, email, name: owner ? null : 'Somebody', rtc };
    const { id, token } = await press<{ id: string; token: string }>(page, 'enter', account);
    return new BrowserPhone(page, cable, email, id, token);
  }

  /** Calls somebody, or the members of a group. Answers the id of the call. */
  async call(whom: { to: string } | { chatId: string }): Promise<string> {
    return callIdOf(await press(this.page, 'start', whom, 'video'));
  }

  async accept(callId: string): Promise<void> {
    callIdOf(await press(this.page, 'accept', callId));
  }

  /** Takes a call over from another device of the same user. */
  async resume(callId: string): Promise<void> {
    callIdOf(await press(this.page, 'resume', callId));
  }

  async setMedia(state: { audio: boolean; video: boolean; screen: boolean }): Promise<void> {
    await press(this.page, 'setMedia', state);
  }

  /** Sends one more picture, as when a screen is shared: the connections are negotiated anew. */
  async shareAnotherPicture(): Promise<void> {
    await press(this.page, 'shareAnotherPicture');
  }

  async hangUp(): Promise<void> {
    await press(this.page, 'hangUp');
  }

  /** The kinds of candidates that these servers give to somebody who takes relays alone. */
  waysThrough(iceServers: readonly object[]): Promise<string[]> {
    return press(this.page, 'waysThrough', iceServers);
  }

  peers(): Promise<Record<string, PeerReport>> {
    return press(this.page, 'peers');
  }

  async peer(other: BrowserPhone): Promise<PeerReport> {
    const report = (await this.peers())[other.id];
    if (!report) throw new Error('no connection to that one');
    return report;
  }

  /** Waits for an event that fits, heard already or to come. */
  async hears(event: string, fits: object): Promise<void> {
    const find = async () => {
      const heard = await this.page.evaluate(() => Reflect.get(globalThis, 'phone').heard as Heard[]);
      return heard.filter((one) => one.event === event).map(({ payload }) => payload);
    };
    await expect
      .poll(find, { ...PATIENCE, message: event })
      .toEqual(expect.arrayContaining([expect.objectContaining(fits)]));
  }

  /** Resolves when pictures and sound of the other one have gone on coming. */
  async seesAndHears(other: BrowserPhone): Promise<void> {
    let before: PeerReport | undefined;
    let [frames, energy] = [0, 0];
    const watch = async () => {
      const now = (await this.peers())[other.id];
      // A new connection counts from 0 again.
      if (now && before) {
        frames += Math.max(0, now.framesDecoded - before.framesDecoded);
        energy += Math.max(0, now.audioEnergy - before.audioEnergy);
      }
      before = now;
      return { hasPictures: frames >= 10, hasSound: energy > 0 };
    };
    await expect.poll(watch, PATIENCE).toEqual({ hasPictures: true, hasSound: true });
  }
}

interface Heard {
  event: string;
  payload: unknown;
}

/** Calls a method of the page's phone. */
function press<T>(page: Page, button: string, ...args: unknown[]): Promise<T> {
  return page.evaluate(([name, rest]) => Reflect.get(globalThis, 'phone')[name](...rest), [
    button,
    args,
  ] as const) as Promise<T>;
}

function callIdOf(ack: unknown): string {
  expect(ack).toMatchObject({ ok: true });
  return (ack as Ack).data.call.id;
}
