import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Cluster } from '../support/cluster.js';
import { requires } from '../support/requires.js';
import { TwoNodeScene } from '../support/two-node-scene.js';

/** More than the stream keeps: whole hundreds are cut off at a time. */
const TOO_MANY = 10_500;
/** Signals under way at a time. */
const AT_ONCE = 50;
const SAID = ['one', 'two', 'three'];

describe.runIf(requires('redis-server'))('a node that stands still while others go on', () => {
  let cluster: Cluster;
  let scene: TwoNodeScene;

  beforeAll(async () => {
    cluster = await Cluster.start(2);
  }, 120_000);

  beforeEach(async () => {
    scene = await TwoNodeScene.open(cluster);
  }, 60_000);

  afterAll(async () => {
    cluster.node(1).thaw();
    await cluster.stop();
  });

  /** What the second node does not see for now: messages, and so many signals. */
  async function goOn(signals: number): Promise<void> {
    const { chatId, annPhone } = scene;
    for (const text of SAID) await scene.say(annPhone, { text });
    for (let done = 0; done < signals; done += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => annPhone.ok('typing', { chatId })));
  }

  const textsOf = (messages: { text: string }[]) => messages.map(({ text }) => text);

  it('should bring it all that it has not read yet, and nothing twice', async () => {
    cluster.node(1).freeze();
    await goOn(500);
    cluster.node(1).thaw();

    expect(textsOf(await scene.bobPhone.count('receive_message', SAID.length))).toEqual(SAID);
    await scene.say(scene.annPhone, { text: 'after' });
    await scene.bobPhone.next('receive_message', ({ text }) => text === 'after');
    expect(textsOf(scene.bobPhone.all('receive_message'))).toEqual([...SAID, 'after']);
    for (const phone of [scene.bobPhone, scene.annPhone]) expect(phone.all('sync_needed')).toEqual([]);
  }, 60_000);

  it('should have its devices sync, once, where the stream no longer has all of it', async () => {
    const { annPhone, annTablet, bobPhone, bobTablet } = scene;
    cluster.node(1).freeze();
    await goOn(TOO_MANY);
    cluster.node(1).thaw();

    for (const device of [bobPhone, annTablet]) await device.next('sync_needed', undefined, 20_000);
    const { body } = await scene.as(scene.bob, 1).post('/api/sync', { chats: {} });
    expect(textsOf((body.chats as [{ messages: { text: string }[] }])[0].messages)).toEqual(SAID);
    await scene.say(annPhone, { text: 'after' });
    for (const device of [bobPhone, annTablet]) {
      await device.next('receive_message', ({ text }) => text === 'after');
      expect(device.all('sync_needed')).toEqual([{ withinMs: 1000 }]);
    }
    for (const device of [annPhone, bobTablet]) expect(device.all('sync_needed')).toEqual([]);
  }, 120_000);
});
