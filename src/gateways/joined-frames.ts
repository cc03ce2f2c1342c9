/** What engine.io keeps of something to send; a broadcast comes as a frame that all its sockets share. */
export interface Packet {
  readonly type: string;
  readonly data?: unknown;
  readonly options?: { readonly wsPreEncodedFrame?: Buffer[] };
}

const TEXT_FRAME = 0x81;
/** What follows tells the length by two bytes more. */
const LONG = 126;
const MAX_LENGTH = 0xffff;
/** engine.io's `message`. */
const MESSAGE = '4'.charCodeAt(0);

/**
 * Packets as the one buffer that goes to the wire. engine.io writes two pieces per packet, each of which costs Node
 * more than copying it does. Those who hear the same get the same buffer.
 */
export class JoinedFrames {
  private frames: readonly Buffer[] = [];
  private joined: Packet = framed(Buffer.alloc(0));

  /** `null`: engine.io has to write them itself. Too much to be copied for each of many slow clients is among that. */
  join(packets: readonly Packet[]): Packet | null {
    const frames: Buffer[] = [];
    let bytes = 0;
    for (const packet of packets) {
      const frame = frameOf(packet);
      if (!frame) return null;
      bytes += frame.length;
      if (bytes > MAX_LENGTH) return null;
      frames.push(frame);
    }
    if (!this.isLast(frames)) {
      this.joined = framed(frames.length === 1 ? frames[0]! : Buffer.concat(frames, bytes));
      this.frames = frames;
    }
    return this.joined;
  }

  private isLast(frames: readonly Buffer[]): boolean {
    if (frames.length !== this.frames.length) return false;
    return frames.every((frame, index) => frame === this.frames[index]);
  }
}

function framed(frame: Buffer): Packet {
  return { type: 'message', options: { wsPreEncodedFrame: [frame] } };
}

function frameOf({ type, data, options }: Packet): Buffer | null {
  const shared = options?.wsPreEncodedFrame;
  if (shared) return whole(shared);
  return type === 'message' && typeof data === 'string' ? textFrame(data) : null;
}

/** Head and text of a broadcast are put together by the first of its sockets, for all of them. */
function whole(frame: Buffer[]): Buffer {
  if (frame.length > 1) frame.splice(0, frame.length, Buffer.concat(frame));
  return frame[0]!;
}

/** As a server sends it: unmasked, uncompressed, in one piece. */
function textFrame(text: string): Buffer | null {
  const length = 1 + Buffer.byteLength(text);
  if (length > MAX_LENGTH) return null;
  const start = length < LONG ? 2 : 4;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = TEXT_FRAME;
  frame[1] = length < LONG ? length : LONG;
  if (length >= LONG) frame.writeUInt16BE(length, 2);
  frame[start] = MESSAGE;
  frame.write(text, start + 1);
  return frame;
}
