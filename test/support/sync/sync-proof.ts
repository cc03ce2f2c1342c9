import { expect } from 'vitest';

import type { MessageView } from '../../../src/messages/message.view.js';
import type { TestUser } from '../create-test-app.js';
import { Device } from './device.js';
import { FreshReading } from './fresh-reading.js';
import { type Act, MESSAGE_ACTS } from './message-acts.js';
import { naiveSight } from './naive-sight.js';
import { OTHER_ACTS } from './own-acts.js';
import type { SyncWorld, WorldChat } from './sync-world.js';
import { type Seen, type SeenChat, seenOn } from './views.js';

/** What no row of a chat tells of: a sync has to find it by itself. */
const QUIET_ACTS = Object.fromEntries(
  Object.entries({ ...MESSAGE_ACTS, ...OTHER_ACTS }).filter(([name]) =>
    ['read', 'delivered', 'delete for me', 'star', 'unread', 'preferences'].includes(name),
  ),
);

/** Lets things happen, and compares what devices hold. */
export class SyncProof {
  constructor(private readonly world: SyncWorld) {}

  /** Several at once to messages, or one thing else; meanwhile devices come and go. */
  async step(): Promise<void> {
    const { random } = this.world;
    const device = random.pick(this.world.devices.filter(({ isSteady }) => !isSteady));
    const coming = random.chance(0.25) && !device.isOn ? device.switchOn() : null;
    if (random.chance(0.6)) {
      const chat = random.pick(this.world.chats);
      await Promise.all(Array.from({ length: 1 + random.below(6) }, () => this.act(MESSAGE_ACTS, chat)));
    } else await this.act(OTHER_ACTS, random.pick(this.world.chats));
    await coming;
    if (!coming && device.isOn && random.chance(0.15)) device.switchOff();
  }

  private async act(acts: Record<string, [number, Act]>, chat: WorldChat): Promise<void> {
    const { random } = this.world;
    const all = Object.entries(acts);
    let dice = random.next() * all.reduce((sum, [, [weight]]) => sum + weight, 0);
    const [name, [, act]] = all.find(([, [weight]]) => (dice -= weight) < 0) ?? random.pick(all);
    if (await act(this.world, chat, this.world.actor(chat))) this.world.done.add(name);
  }

  /** All hold what there is, some go off, and then nothing happens but what is quiet. */
  private async calmDown(): Promise<void> {
    for (const device of this.world.devices.filter(({ isOn }) => isOn)) {
      await device.sync();
      if (!device.isSteady && this.world.random.chance(0.7)) device.switchOff();
    }
    for (let acts = 0; acts < 15; acts += 1)
      await this.act(QUIET_ACTS, this.world.random.pick(this.world.chats));
  }

  async assertAll(): Promise<void> {
    const before = await this.readAll();
    for (const device of this.world.devices.filter(({ isOn }) => isOn)) {
      await device.socket?.settle();
      device.listen();
      this.assertHeard(device, before.get(device.user) as Seen);
    }
    await this.calmDown();
    const fresh = await this.readAll();
    this.assertSight(fresh);
    for (const device of this.world.devices) await this.assertDevice(device, fresh.get(device.user) as Seen);
    for (const user of this.world.users) {
      const device = new Device(this.world.app, user, this.world.random, { name: 'new', isSteady: false });
      await device.sync();
      this.assertSame(device, fresh.get(user) as Seen);
    }
  }

  /** By REST, what each user sees. */
  private async readAll(): Promise<Map<TestUser, Seen>> {
    const { app, random, users } = this.world;
    const fresh = new Map<TestUser, Seen>();
    for (const user of users) fresh.set(user, await new FreshReading(app, user, random).all());
    return fresh;
  }

  /** What REST shows is what the story says that everybody may see. */
  private assertSight(fresh: Map<TestUser, Seen>): void {
    const teller = fresh.get(this.world.storyTeller) as Seen;
    for (const chat of this.world.chats) {
      const story = teller.chats[chat.id]?.messages ?? [];
      expect(
        story.map(({ seq }) => seq),
        'without holes',
      ).toEqual(story.map((_, i) => i + 1));
      for (const [user, seen] of fresh) {
        const doing = chat.doings.get(user.id);
        const inIt = !chat.isDirect || chat.members.has(user.id);
        if (!doing || !inIt) continue;
        const sight = naiveSight(story, user.id, chat.isDirect, doing);
        const shown = seen.chats[chat.id];
        expect(shown?.messages.map(({ seq }) => seq) ?? [], `what ${user.user.name} sees`).toEqual(
          sight.seqs,
        );
        if (!shown) continue;
        const { lastReadSeq } = shown.me as { lastReadSeq: number };
        expect(shown.unreadCount).toBe(sight.unreadBehind(lastReadSeq));
      }
    }
  }

  private async assertDevice(device: Device, fresh: Seen): Promise<void> {
    if (device.isOn) {
      await device.socket?.settle();
      device.listen();
      this.assertHeard(device, fresh);
      await device.sync();
    } else await device.switchOn();
    this.assertSame(device, fresh);
    if (!device.isSteady && this.world.random.chance(0.5)) device.switchOff();
  }

  /** What events alone have made of the messages that a sync brought, and of those after. */
  private assertHeard({ replica, name }: Device, fresh: Seen): void {
    for (const [chatId, { rev, view }] of replica.chats) {
      const seen = fresh.chats[chatId];
      if (!seen || rev === 0 || !view || !isIn(seen, replica.userId) || replica.cutShort.has(chatId))
        continue;
      const ids = new Set(seen.messages.map(({ id }) => id));
      const told = seen.messages.map((message) => heard(message, ids));
      const inChat = replica.in(chatId).map((message) => heard(message, ids));
      expect(inChat, `what device ${name} heard`).toEqual(told);
    }
  }

  private assertSame({ replica, name }: Device, fresh: Seen): void {
    const seen = seenOn(replica);
    for (const [chatId, chat] of Object.entries(fresh.chats)) {
      const held = seen.chats[chatId];
      if (held && !isIn(chat, replica.userId)) held.messages = asLeft(held.messages, chat.messages);
    }
    expect(seen, `what device ${name} holds`).toEqual(fresh);
  }
}

/** Those who left are not among the members that they see. */
function isIn({ members }: SeenChat, userId: string): boolean {
  return (members as { userId: string }[]).some((member) => member.userId === userId);
}

/**
 * Events say neither when something was deleted nor what is one's own; and of what became of a message hears
 * nobody who does not see it, though they may see an answer to it.
 */
function heard(message: MessageView, ids: Set<string>): object {
  const { deletedAt, reactions, replyTo } = message;
  const sorted = reactions.map(({ emoji, userIds }) => `${emoji} ${userIds.toSorted().join(' ')}`).toSorted();
  const quoted = ids.has(replyTo?.messageId ?? '') ? replyTo : replyTo?.messageId;
  const same = { rev: null, starred: null, deletedAt: null, replyTo: null };
  return Object.assign({}, message, same, { quoted, isDeleted: deletedAt !== undefined, reactions: sorted });
}

/**
 * Nothing tells who left of what was deleted since: a device has what it had until somebody reads it again. And
 * of reactions, votes and pins that were changed since nobody knows what they were then: a device may have more.
 */
function asLeft(held: MessageView[], fresh: MessageView[]): MessageView[] {
  const now = new Map(fresh.map((message) => [message.id, message]));
  return held.map((message) => {
    const then = now.get(message.id);
    if (!then || (then.deletedAt && !message.deletedAt)) return then ?? message;
    const { rev, reactions, poll, replyTo } = then;
    expect(marksOf(message)).toEqual(expect.arrayContaining(marksOf(then)));
    expect(message.rev).toBeGreaterThanOrEqual(rev);
    const quoted = replyTo?.text === '' ? { replyTo } : {};
    const { pinned: _, ...rest } = message;
    return {
      ...rest,
      rev,
      reactions,
      ...(poll && { poll }),
      ...quoted,
      ...(then.pinned && { pinned: true }),
    };
  });
}

function marksOf({ reactions, poll, pinned }: MessageView): string[] {
  const marks = [...reactions.map(({ emoji: id, userIds }) => ({ id, userIds })), ...(poll?.options ?? [])];
  const pins = pinned ? ['pinned'] : [];
  return [...pins, ...marks.flatMap(({ id, userIds }) => userIds.map((userId) => `${id} ${userId}`))];
}
