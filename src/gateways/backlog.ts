import type { Packet } from './joined-frames.js';

/** So much may wait for one client. Who is further behind has missed its moment, and is served sooner by a sync. */
export const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;
/** What a packet takes beside its text. */
const PACKET_BYTES = 256;

/** What waits for a client that is slow to read, counted as it comes. */
export class Backlog {
  private packets = 0;
  private bytes = 0;

  /** `waiting` is all that waits: what was counted before, and what has come since. */
  isTooMuch(waiting: readonly Packet[]): boolean {
    for (const packet of waiting.slice(this.packets)) this.bytes += sizeOf(packet);
    this.packets = waiting.length;
    return this.bytes > MAX_BACKLOG_BYTES;
  }
}

function sizeOf({ data, options }: Packet): number {
  const frame = options?.wsPreEncodedFrame?.reduce((bytes, part) => bytes + part.length, 0);
  return PACKET_BYTES + (frame ?? (typeof data === 'string' ? data.length : 0));
}
