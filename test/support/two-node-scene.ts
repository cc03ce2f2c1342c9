import { randomBytes } from 'node:crypto';

import { type Cluster, type Person } from './cluster.js';
import type { TestSocket } from './test-socket.js';

/** Ann on the first node and Bob on the second, each with a further device on the other one; and a chat. */
export class TwoNodeScene {
  private constructor(
    readonly cluster: Cluster,
    readonly ann: Person,
    readonly bob: Person,
    readonly chatId: string,
    readonly annPhone: TestSocket,
    readonly annTablet: TestSocket,
    readonly bobPhone: TestSocket,
    readonly bobTablet: TestSocket,
  ) {}

  static async open(cluster: Cluster): Promise<TwoNodeScene> {
    const [ann, bob] = (await cluster.people(2)) as [Person, Person];
    for (const [one, other] of [
      [ann, bob],
      [bob, ann],
    ] as const)
      await cluster.http(0).put(`/api/contacts/${other.id}`).set(one.auth);
    const chatId = await cluster.directChat(ann, bob);
    const [bobPhone, bobTablet] = await Promise.all([cluster.connect(bob, 1), cluster.connect(bob, 0)]);
    const [annPhone, annTablet] = await Promise.all([cluster.connect(ann, 0), cluster.connect(ann, 1)]);
    await bobPhone.next('user_online', ({ userId }) => userId === ann.id);
    bobPhone.forget();
    return new TwoNodeScene(cluster, ann, bob, chatId, annPhone, annTablet, bobPhone, bobTablet);
  }

  /** By the first node, as Ann. */
  as(person: Person, index = 0) {
    const http = this.cluster.http(index);
    return {
      get: (path: string) => http.get(path).set(person.auth),
      post: (path: string, body: object = {}) => http.post(path).set(person.auth).send(body),
      put: (path: string, body: object = {}) => http.put(path).set(person.auth).send(body),
      patch: (path: string, body: object) => http.patch(path).set(person.auth).send(body),
      delete: (path: string) => http.delete(path).set(person.auth),
    };
  }

  async say(phone: TestSocket = this.annPhone, more: object = {}): Promise<{ id: string; seq: number }> {
    const clientMessageId = randomBytes(6).toString('hex');
    const content = { chatId: this.chatId, clientMessageId, text: 'hi', ...more };
    const { message } = await phone.ok('new_message', content);
    return message as { id: string; seq: number };
  }

  group(members: Person[] = [this.bob]): Promise<string> {
    return this.cluster.group(this.ann, members);
  }

  async status(): Promise<string> {
    const { status } = await this.annPhone.ok('new_status', { type: 'text', text: 'hello' });
    return (status as { id: string }).id;
  }

  async ring(): Promise<string> {
    const { callId } = await this.annPhone.ok('call_user', { chatId: this.chatId, callType: 'audio' });
    return callId as string;
  }

  /** Ann's phone on the first node and Bob's on the second are in it. */
  async talk(): Promise<string> {
    const callId = await this.ring();
    await this.bobPhone.next('incoming_call');
    await this.bobPhone.ok('call_accepted', { callId });
    return callId;
  }
}
