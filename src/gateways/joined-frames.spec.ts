import { describe, expect, it } from 'vitest';

import { JoinedFrames, type Packet } from './joined-frames.js';

const said = (data: string): Packet => ({ type: 'message', data, options: {} });

/** As Socket.IO's adapter makes it, once for all sockets: a head and the text behind it. */
function broadcast(text: string): Packet {
  const payload = Buffer.from(`4${text}`);
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
  if (payload.length < 126) head[1] = payload.length;
  const frame = [payload.length < 126 ? head.subarray(0, 2) : head, payload];
  return { type: 'message', data: text, options: { wsPreEncodedFrame: frame } };
}

/** What a client reads (RFC 6455, 5.2): whole, unmasked frames of text. */
function read(packet: Packet | null): string[] {
  const bytes = bufferOf(packet);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x81);
    const isLong = bytes[at + 1] === 126;
    const start = at + (isLong ? 4 : 2);
    at = start + (isLong ? bytes.readUInt16BE(at + 2) : bytes[at + 1]!);
    texts.push(bytes.toString('utf8', start, at));
  }
  return texts;
}

function bufferOf(packet: Packet | null): Buffer {
  const frame = packet?.options?.wsPreEncodedFrame ?? [];
  expect(frame).toHaveLength(1);
  return frame[0]!;
}

describe('JoinedFrames', () => {
  it('should hold packets of every kind and length, in their order', () => {
    const texts = [
      '2["a"]',
      '',
      'é€😀',
      'x'.repeat(124),
      'x'.repeat(125),
      'ü'.repeat(300),
      '3'.repeat(20_000),
    ];
    const packets = texts.flatMap((text) => [said(text), broadcast(text)]);

    const joined = new JoinedFrames().join(packets);

    expect(read(joined)).toEqual(texts.flatMap((text) => [`4${text}`, `4${text}`]));
  });

  it('should hold what has just room, by itself and joined', () => {
    const [largest, rest] = [said('x'.repeat(65_535 - 4 - 1)), said('y'.repeat(65_535 - 2 * 4 - 2 - 30_000))];

    expect(read(new JoinedFrames().join([largest]))).toEqual([`4${largest.data as string}`]);
    expect(read(new JoinedFrames().join([said('x'.repeat(30_000)), rest]))).toEqual([
      `4${'x'.repeat(30_000)}`,
      `4${rest.data as string}`,
    ]);
  });

  it('should put broadcasts together once for all their sockets', () => {
    const frames = new JoinedFrames();
    const [first, second] = [broadcast('first'), broadcast('second')];

    const ann = bufferOf(frames.join([first, second]));
    const bob = bufferOf(frames.join([first, second]));
    const carol = bufferOf(frames.join([second]));
    const dan = bufferOf(frames.join([second]));

    expect(bob).toBe(ann);
    expect(dan).toBe(carol);
    expect(read(frames.join([second, first]))).toEqual(['4second', '4first']);
    expect(read(frames.join([first, second, said('third')]))).toEqual(['4first', '4second', '4third']);
  });

  it('should leave to engine.io what is no message or no text, and what is too much to be copied', () => {
    const frames = new JoinedFrames();
    const large = 'x'.repeat(40_000);

    expect(frames.join([said('a'), { type: 'message', data: Buffer.from('a') }])).toBeNull();
    expect(frames.join([said('a'), { type: 'ping' }])).toBeNull();
    expect(frames.join([said('x'.repeat(65_535))])).toBeNull();
    expect(frames.join([said(large), said(large)])).toBeNull();
    expect(frames.join([broadcast(large), broadcast(large)])).toBeNull();
  });
});
