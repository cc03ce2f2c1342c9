import type { ParleySocket } from '../realtime/parley-socket.js';

/** An event as Socket.IO's parser reads it: its name and payloads, and a number where the client wants an ack. */
export interface EventPacket {
  readonly id?: number;
  readonly data?: readonly unknown[];
}

/** Socket.IO's socket by what its types do not tell. */
interface Internals {
  onevent: (this: ParleySocket, packet: EventPacket) => void;
  packet(packet: { type: number; id: number; data: unknown[] }): void;
}

export const internalsOf = (socket: ParleySocket): Internals => socket as unknown as Internals;
