import { connect } from 'node:net';

const PAYLOAD_IN_16_BITS = 126;
const PAYLOAD_IN_64_BITS = 127;

/**
 * A Socket.IO connection on a bare TCP socket: it can shake hands, answer pings and wait. A real client costs the
 * generator more than a connection costs the server, so with real ones the generator would be measured.
 */
export function connectRaw(url, auth) {
  const { host, hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const refuse = (why) => {
      socket.destroy();
      reject(new Error(`A client could not connect: ${why}`));
    };
    const lost = () => refuse('the connection was closed');
    socket.once('close', lost);
    socket.on('error', () => {});
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    onFrames(socket, (text) => {
      if (text === '2') send(socket, '3');
      else if (text.startsWith('0')) send(socket, auth ? `40${JSON.stringify(auth)}` : '40');
      else if (text.startsWith('44')) refuse(text.slice(2));
      else if (text.startsWith('40')) {
        socket.off('close', lost);
        resolve(socket);
      }
    });
  });
}

/** A text frame. Clients have to mask; the mask of zeros leaves everything as it is. */
function send(socket, text) {
  const payload = Buffer.from(text);
  const isShort = payload.length < PAYLOAD_IN_16_BITS;
  const header = Buffer.alloc(isShort ? 6 : 8);
  header[0] = 0x81;
  header[1] = 0x80 | (isShort ? payload.length : PAYLOAD_IN_16_BITS);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  socket.write(Buffer.concat([header, payload]));
}

/** Calls `onText` with each text frame behind the answer to the upgrade. */
function onFrames(socket, onText) {
  let buffer = Buffer.alloc(0);
  let isUpgraded = false;
  socket.on('data', (chunk) => {
    buffer = buffer.length > 0 ? Buffer.concat([buffer, chunk]) : chunk;
    if (!isUpgraded) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      isUpgraded = true;
      buffer = buffer.subarray(end + 4);
    }
    for (let frame = firstFrame(buffer); frame; frame = firstFrame(buffer)) {
      buffer = buffer.subarray(frame.end);
      onText(frame.text);
    }
  });
}

function firstFrame(buffer) {
  if (buffer.length < 2) return null;
  let length = buffer[1] & 0x7f;
  let start = 2;
  if (length === PAYLOAD_IN_16_BITS) {
    if (buffer.length < 4) return null;
    length = buffer.readUInt16BE(2);
    start = 4;
  } else if (length === PAYLOAD_IN_64_BITS) {
    if (buffer.length < 10) return null;
    length = Number(buffer.readBigUInt64BE(2));
    start = 10;
  }
  const end = start + length;
  return buffer.length < end ? null : { text: buffer.toString('utf8', start, end), end };
}
