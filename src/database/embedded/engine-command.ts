const OP_MSG = 2013;
const HEADER_BYTES = 16;

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

function bsonElement(name: string, value: number | string): Buffer {
  if (typeof value === 'number') return Buffer.concat([Buffer.from([0x10]), cString(name), int32(value)]);
  const text = cString(value);
  return Buffer.concat([Buffer.from([0x02]), cString(name), int32(text.length), text]);
}

/**
 * A database command as one wire message. The host sends two commands, once: writing their few bytes here
 * keeps a whole driver (time to load, memory) out of the process that holds the data.
 */
export function commandMessage(command: Record<string, number | string>): Buffer {
  const elements = Buffer.concat(Object.entries(command).map(([name, value]) => bsonElement(name, value)));
  const body = Buffer.concat([int32(elements.length + 5), elements, Buffer.from([0])]);
  const length = HEADER_BYTES + 5 + body.length;
  const sectionHead = Buffer.from([0, 0, 0, 0, 0]); // no flags; section kind 0, a body
  return Buffer.concat([int32(length), int32(1), int32(0), int32(OP_MSG), sectionHead, body]);
}

/** Whether a command's reply (a BSON document) says `ok: 1`. */
export function isOkReply(reply: Buffer): boolean {
  const at = reply.indexOf(Buffer.concat([Buffer.from([0x01]), cString('ok')]));
  return at >= 0 && reply.readDoubleLE(at + 4) === 1;
}
