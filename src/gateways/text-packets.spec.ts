import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';

import { textPackets } from './text-packets.js';

const encode = (packet: Packet) => new textPackets.Encoder().encode(packet);

describe('textPackets', () => {
  it.each<[string, Packet]>([
    ['an event', { type: PacketType.EVENT, nsp: '/', data: ['new', { text: 'é "\n\u2028 😀' }] }],
    ['an event that wants an ack', { type: PacketType.EVENT, nsp: '/', id: 0, data: ['new'] }],
    ['an ack', { type: PacketType.ACK, nsp: '/', id: 12, data: [{ ok: true, data: {} }] }],
    ['an event of another namespace', { type: PacketType.EVENT, nsp: '/admin', id: 3, data: ['x', null] }],
    [
      'a message',
      { type: PacketType.EVENT, nsp: '/', data: ['receive_message', { text: 'é "\n\u2028 😀' }] },
    ],
    ['a message that is none', { type: PacketType.EVENT, nsp: '/', data: ['receive_message', null] }],
    ['a refusal', { type: PacketType.ACK, nsp: '/', id: 1, data: [{ ok: false, error: { code: 'GONE' } }] }],
    ['a connection', { type: PacketType.CONNECT, nsp: '/', data: { sid: 'abc' } }],
    ['a refused connection', { type: PacketType.CONNECT_ERROR, nsp: '/', data: { message: 'no' } }],
    ['a farewell', { type: PacketType.DISCONNECT, nsp: '/' }],
  ])("should write %s as Socket.IO's own encoder does", (_, packet) => {
    expect(encode(packet)).toEqual(new Encoder().encode({ ...packet }));
  });

  it('should write what its decoder reads', () => {
    const read: Packet[] = [];
    const decoder = new Decoder().on('decoded', (packet: Packet) => read.push(packet));

    decoder.add(encode({ type: PacketType.EVENT, nsp: '/', id: 7, data: ['new', { a: [1] }] })[0]);

    expect(read).toMatchObject([{ type: PacketType.EVENT, nsp: '/', id: 7, data: ['new', { a: [1] }] }]);
  });

  describe('a new message and its ack', () => {
    const told = (message: object) =>
      encode({ type: PacketType.EVENT, nsp: '/', data: ['receive_message', message] });
    const acked = (data: object) =>
      encode({ type: PacketType.ACK, nsp: '/', id: 5, data: [{ ok: true, data }] });
    const counted = () => {
      const counts = { written: 0 };
      const toJSON = () => {
        counts.written += 1;
        return { id: 'a', text: 'é "\n\u2028 😀', n: counts.written };
      };
      return { message: { toJSON }, counts };
    };

    it('should be written once, as it would be twice', () => {
      const { message, counts } = counted();
      const view = { id: 'a', text: 'é "\n\u2028 😀', n: 1 };

      expect(told(message)).toEqual([`2${JSON.stringify(['receive_message', view])}`]);
      expect(acked({ message })).toEqual([`35[${JSON.stringify({ ok: true, data: { message: view } })}]`]);
      expect(counts.written).toBe(1);
    });

    it.each<[string, (message: object) => object]>([
      ['holds more', (message) => ({ message, more: 1 })],
      ['holds it elsewhere', (message) => ({ scheduled: message })],
      ['is of another message', () => ({ message: { id: 'b' } })],
      ['holds none', () => ({ message: null })],
    ])('should be written anew where the ack %s', (_, dataOf) => {
      const message = { id: 'a' };
      told(message);

      expect(acked(dataOf(message))).toEqual([`35[${JSON.stringify({ ok: true, data: dataOf(message) })}]`]);
    });

    it('should be forgotten with the turn', async () => {
      const { message, counts } = counted();
      told(message);
      await new Promise((resolve) => setImmediate(resolve));

      acked({ message });

      expect(counts.written).toBe(2);
    });
  });
});
