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
});
