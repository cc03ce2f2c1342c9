import * as parser from 'socket.io-parser';

import { WrittenMessages } from './written-messages.js';

const written = new WrittenMessages();

/** None of our events and answers holds bytes: a packet is one text. */
class TextEncoder implements Pick<parser.Encoder, 'encode'> {
  encode({ type, nsp, id, data }: parser.Packet): string[] {
    const namespace = nsp && nsp !== '/' ? `${nsp},` : '';
    return [`${type}${namespace}${id ?? ''}${textOf(type, data)}`];
  }
}

function textOf(type: parser.PacketType, data: unknown): string {
  if (data === undefined || data === null) return '';
  if (type === parser.PacketType.EVENT) return written.textOfEvent(data) ?? JSON.stringify(data);
  if (type === parser.PacketType.ACK) return written.textOfAck(data) ?? JSON.stringify(data);
  return JSON.stringify(data);
}

/**
 * Socket.IO's parser (protocol revision 5), without the walk through each payload that looks for bytes to send. What
 * clients send is read as ever: bytes among it are refused where payloads are checked.
 */
export const textPackets = { ...parser, Encoder: TextEncoder };
