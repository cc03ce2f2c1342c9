import { expect } from 'vitest';

import { heardOfCalls, people, type Person, ring, settleAll } from './calls.js';
import type { TestApp } from './create-test-app.js';
import type { TestSocket } from './test-socket.js';

/**
 * A group call of Ann and Bob, by their phones, and everybody who has no business in it: Cleo left it, Dan
 * declined, Fay was removed from the group while in it, Gus came to the group behind its start, Eve is a
 * stranger. Every one of them listens on two devices.
 */
export class CallScene {
  private before = '';

  private constructor(
    readonly app: TestApp,
    readonly groupId: string,
    readonly callId: string,
    readonly ann: Person,
    readonly bob: Person,
    readonly cleo: Person,
    readonly dan: Person,
    readonly fay: Person,
    readonly gus: Person,
    readonly eve: Person,
  ) {}

  static async open(app: TestApp): Promise<CallScene> {
    const cast = (await people(app, 7)) as [Person, Person, Person, Person, Person, Person, Person];
    const [ann, bob, cleo, dan, fay, gus, eve] = cast;
    const groupId = await app.group(
      ann.user,
      [bob, cleo, dan, fay].map(({ user }) => user),
    );
    const { id: callId } = await ring(ann.phone, groupId);
    for (const { phone } of [bob, cleo, fay]) await phone.ok('call_accepted', { callId });
    await cleo.phone.ok('call_ended', { callId });
    await dan.phone.ok('call_rejected', { callId });
    const members = `/api/chats/${groupId}/members`;
    await app.http.delete(`${members}/${fay.id}`).set(ann.user.auth).expect(204);
    await ann.phone.next('call_ended', ({ userId }) => userId === fay.id);
    await app.http
      .post(members)
      .set(ann.user.auth)
      .send({ userIds: [gus.id] })
      .expect(201);
    const scene = new CallScene(app, groupId, callId, ann, bob, cleo, dan, fay, gus, eve);
    await scene.freeze();
    return scene;
  }

  /** From here on nothing may happen to any call, and nobody may hear of any. */
  async freeze(): Promise<void> {
    await settleAll(...this.sockets);
    for (const socket of this.sockets) socket.forget();
    this.before = await this.stored();
  }

  async expectUntouched(): Promise<void> {
    expect(await this.stored(), 'what is stored').toBe(this.before);
    await settleAll(...this.sockets);
    for (const socket of this.sockets) expect(heardOfCalls(socket), 'what others heard').toEqual([]);
  }

  /** The two in the call still speak with each other. */
  async expectAlive(): Promise<void> {
    const { callId, ann, bob } = this;
    await ann.phone.ok('offer', { callId, to: bob.id, offer: { type: 'offer', sdp: 'alive' } });
    await bob.phone.next('offer', ({ from, offer }) => from === ann.id && offer.sdp === 'alive');
    await bob.phone.ok('answer', { callId, to: ann.id, answer: { type: 'answer', sdp: 'alive' } });
    await ann.phone.next('answer', ({ from, answer }) => from === bob.id && answer.sdp === 'alive');
    for (const socket of this.sockets) socket.forget();
  }

  /** A valid payload of each event about the call, sent to Bob or (by Bob) to Ann. */
  payload(event: string, { to = this.bob.id }: { to?: string } = {}): Record<string, unknown> {
    const { callId, groupId: chatId } = this;
    const payloads: Record<string, Record<string, unknown>> = {
      call_user: { chatId, callType: 'video' },
      offer: { callId, to, offer: { type: 'offer', sdp: 'v=0' } },
      answer: { callId, to, answer: { type: 'answer', sdp: 'v=0' } },
      ice_candidate: { callId, to, candidate: { candidate: 'candidate:1' } },
      media_state: { callId, audio: true, video: false, screen: false },
    };
    return payloads[event] ?? { callId };
  }

  get sockets(): TestSocket[] {
    const { ann, bob, cleo, dan, fay, gus, eve } = this;
    return [ann, bob, cleo, dan, fay, gus, eve].flatMap(({ phone, laptop }) => [phone, laptop]);
  }

  /** All calls and all messages, as text. */
  private async stored(): Promise<string> {
    const { connection } = this.app;
    const [calls, messages] = await Promise.all(
      ['calls', 'messages'].map((name) => connection.collection(name).find().sort({ _id: 1 }).toArray()),
    );
    return JSON.stringify({ calls, messages });
  }
}

/** Client events about a call that exists already. */
export const EVENTS_IN_A_CALL = [
  'call_accepted',
  'call_rejected',
  'call_ended',
  'call_resume',
  'offer',
  'answer',
  'ice_candidate',
  'media_state',
];

/** Those that only the device in the call may send. */
export const EVENTS_OF_THE_DEVICE = ['offer', 'answer', 'ice_candidate', 'media_state'];
