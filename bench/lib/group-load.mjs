import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { OrderCheck } from './order-check.mjs';
import { percentiles } from './percentiles.mjs';
import { watch } from './watch.mjs';

const TEXT_BYTES = 100;
const DRAIN_MS = 10_000;

/**
 * One member writes, all others listen. The next message goes out when one is acked and heard by all: the
 * receivers stand in one process, and a sender that waited for acks alone would fill the server's buffers.
 */
export async function runGroup(target, room, { inFlight, warmUp, seconds }, readCpu) {
  const load = new GroupLoad(target, room);
  return Promise.race([load.failed, measure()]);

  async function measure() {
    for (let slot = 0; slot < inFlight; slot += 1) load.sendNext();
    await delay(warmUp * 1_000);
    load.measuring = true;
    const before = load.deliveries;
    const { micros, used } = await watch(readCpu, () => delay(seconds * 1_000));
    const deliveries = load.deliveries - before;
    load.measuring = false;
    await load.drain();
    return {
      ...load.results(),
      deliveries,
      perSecond: (deliveries / micros) * 1e6,
      serverMicros: used.server / deliveries,
      engineMicros: used.engine / deliveries,
      serverShare: used.server / micros,
      generatorShare: used.generator / micros,
    };
  }
}

class GroupLoad {
  measuring = false;
  deliveries = 0;
  #stopping = false;
  #sent = 0;
  #heardByAllMs = [];
  /** By number: what is still to come of a message, and since when. */
  #open = new Map();

  constructor(target, room) {
    this.target = target;
    this.room = room;
    this.checks = room.receivers.map(() => new OrderCheck());
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    for (const [index, socket] of room.receivers.entries()) {
      socket.on('receive_message', (message) => this.#received(index, message));
    }
    // The sender's own copy, where a server makes one, is a delivery too.
    room.sender.on('receive_message', () => {
      this.deliveries += 1;
    });
    for (const socket of [room.sender, ...room.receivers]) {
      socket.once('disconnect', (why) => this.fail(new Error(`A client lost its connection: ${why}`)));
    }
  }

  sendNext() {
    if (this.#stopping) return;
    const number = (this.#sent += 1);
    this.#open.set(number, { left: this.room.receivers.length + 1, sentAt: performance.now() });
    const text = `${number} `.padEnd(TEXT_BYTES, 'lorem ipsum ');
    this.target.send(this.room, { clientMessageId: randomUUID(), text }, (error) => {
      if (error) this.fail(error);
      else this.#step(number);
    });
  }

  /** Waits for what is still on the way, and gives up when that takes too long. */
  async drain() {
    this.#stopping = true;
    const deadline = performance.now() + DRAIN_MS;
    while (this.#open.size > 0 && performance.now() < deadline) await delay(20);
  }

  results() {
    const total = (count) => this.checks.reduce((sum, check) => sum + count(check), 0);
    return {
      heardByAllMs: percentiles(this.#heardByAllMs),
      lost: total((check) => check.lost(this.#sent)),
      doubled: total((check) => check.doubled),
      reordered: total((check) => check.reordered),
    };
  }

  #received(index, { text }) {
    const number = Number(text.slice(0, text.indexOf(' ')));
    this.deliveries += 1;
    this.checks[index].accept(number);
    this.#step(number);
  }

  #step(number) {
    const message = this.#open.get(number);
    if (!message) return;
    message.left -= 1;
    if (message.left > 0) return;
    this.#open.delete(number);
    if (this.measuring) this.#heardByAllMs.push(performance.now() - message.sentAt);
    this.sendNext();
  }
}
