import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { OrderCheck } from './order-check.mjs';
import { percentiles } from './percentiles.mjs';

const TEXT_BYTES = 100;
const DRAIN_MS = 5_000;
// A message sent twice may come well after the last first copy.
const LATE_COPIES_MS = 250;

/**
 * Senders and receivers in pairs, a closed loop: each sender keeps `inFlight` messages on the way and sends the
 * next one when an ack comes. `readCpu` is called at the edges of the measured window. With `isSpread`, `inFlight`
 * counts for all together, and the next message goes to the next chat.
 */
export async function runPairs(target, chats, { inFlight, warmUp, seconds, receipts, isSpread }, readCpu) {
  const load = new PairsLoad(target, chats, { receipts, isSpread });
  return Promise.race([load.failed, measure()]);

  async function measure() {
    load.start(inFlight);
    await delay(warmUp * 1_000);
    const before = { at: performance.now(), cpu: readCpu() };
    load.measuring = true;
    await delay(seconds * 1_000);
    load.measuring = false;
    const after = { at: performance.now(), cpu: readCpu() };
    load.stopping = true;
    await load.drain();
    return { ...load.results(), ...rates(load.deliveryMs.length, before, after) };
  }
}

/** A message counts when its receiver has it: that includes the ack's work and the delivery's. */
function rates(messages, before, after) {
  const micros = (after.at - before.at) * 1_000;
  const used = (who) => after.cpu[who] - before.cpu[who];
  return {
    messages,
    perSecond: (messages / micros) * 1e6,
    serverMicros: used('server') / messages,
    engineMicros: used('engine') / messages,
    serverShare: used('server') / micros,
    engineShare: used('engine') / micros,
    generatorShare: used('generator') / micros,
  };
}

class PairsLoad {
  measuring = false;
  stopping = false;
  ackMs = [];
  deliveryMs = [];
  seqGaps = 0;

  #turn = 0;

  constructor(target, chats, { receipts, isSpread }) {
    this.target = target;
    this.isSpread = isSpread;
    this.receipts = receipts && Boolean(target.confirmDelivery);
    this.lines = chats.map((chat) => ({
      chat,
      sent: 0,
      acked: 0,
      seq: chat.lastSeq,
      check: new OrderCheck(),
    }));
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
  }

  start(inFlight) {
    for (const line of this.lines) {
      this.target.onMessage(line.chat, (message) => this.received(line, message));
      for (const socket of [line.chat.sender, line.chat.receiver]) {
        socket.once('disconnect', (reason) =>
          this.fail(new Error(`A client lost its connection: ${reason}`)),
        );
        socket.on('exception', ({ event, error }) =>
          this.fail(new Error(`${event} was refused: ${error.code} ${error.message}`)),
        );
      }
    }
    for (let slot = 0; slot < inFlight; slot += 1) {
      for (const line of this.isSpread ? [this.after()] : this.lines) this.sendNext(line);
    }
  }

  /** Whose turn it is behind this one. */
  after(line) {
    return this.isSpread ? this.lines[this.#turn++ % this.lines.length] : line;
  }

  sendNext(line) {
    if (this.stopping) return;
    line.sent += 1;
    const sentAt = performance.now();
    // Number and time travel in the text, so every target carries them and the generator keeps no book.
    const text = `${line.sent} ${sentAt.toFixed(3)} `.padEnd(TEXT_BYTES, 'lorem ipsum ');
    this.target.send(line.chat, { clientMessageId: randomUUID(), text }, (error) => {
      if (error) return this.fail(error);
      line.acked += 1;
      if (this.measuring) this.ackMs.push(performance.now() - sentAt);
      this.sendNext(this.after(line));
    });
  }

  received(line, message) {
    // A socket may stand at the ends of two chats.
    if (message.chatId !== line.chat.chatId) return;
    const [number, sentAt] = message.text.split(' ', 2).map(Number);
    if (this.measuring) this.deliveryMs.push(performance.now() - sentAt);
    line.check.accept(number);
    if (line.seq !== undefined) {
      if (message.seq !== line.seq + 1) this.seqGaps += 1;
      line.seq = message.seq;
    }
    if (this.receipts) this.target.confirmDelivery(line.chat, message);
  }

  /** Waits for all that is still on the way; gives up when nothing has moved for a while. */
  async drain() {
    const open = () =>
      this.lines.reduce((sum, { sent, acked, check }) => sum + 2 * sent - acked - check.last, 0);
    let left = open();
    let movedAt = performance.now();
    while (left > 0 && performance.now() - movedAt < DRAIN_MS) {
      await delay(20);
      const now = open();
      if (now !== left) movedAt = performance.now();
      left = now;
    }
    await delay(LATE_COPIES_MS);
  }

  results() {
    const total = (count) => this.lines.reduce((sum, line) => sum + count(line), 0);
    for (const line of this.lines) line.chat.lastSeq = line.seq;
    return {
      ackMs: percentiles(this.ackMs),
      deliveryMs: percentiles(this.deliveryMs),
      unacked: total((line) => line.sent - line.acked),
      lost: total((line) => line.check.lost(line.sent)),
      doubled: total((line) => line.check.doubled),
      reordered: total((line) => line.check.reordered),
      seqGaps: this.seqGaps,
    };
  }
}
