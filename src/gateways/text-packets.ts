import * as parser from 'socket.io-parser';

/** None of our events and answers holds bytes: a packet is one text. */
class TextEncoder implements Pick<parser.Encoder, 'encode'> {
  encode({ type, nsp, id, data }: parser.Packet): string[] {
    const namespace = nsp && nsp !== '/' ? `${nsp},` : '';
    const json = data === undefined || data === null ? '' : JSON.stringify(data);
    return [`${type}${namespace}${id ?? ''}${json}`];
  }
}

/**
 * Socket.IO's parser (protocol revision 5), without the walk through each payload that looks for bytes to send. What
 * clients send is read as ever: bytes among it are refused where payloads are checked.
 */
export const textPackets = { ...parser, Encoder: TextEncoder };
