import type { Server } from 'socket.io';
import { ClusterAdapter, type ClusterMessage, type ClusterResponse, MessageType } from 'socket.io-adapter';

import type { PrimaryChannel } from '../cluster/workers/primary-channel.js';

type AdapterOption = Parameters<Server['adapter']>[0];

/**
 * Whatever is sent to rooms, and whoever is taken out of rooms or closed, on all workers, in the order of sending. As
 * text that the primary hands on unread, all of one turn of the event loop at once; the worker's own sockets wait for
 * nothing.
 */
export function workerAdapter(primary: Pick<PrimaryChannel, 'listen' | 'tell'>): AdapterOption {
  return class WorkerAdapter extends ClusterAdapter {
    private arrived: ClusterMessage[] = [];
    /** Rooms that were written to in this turn of the event loop. */
    private readonly written = new Set<string>();

    constructor(namespace: unknown) {
      super(namespace);
      primary.listen('emits', (text) => {
        this.arrived.push(JSON.parse(text) as ClusterMessage);
        // What waits goes first.
        if (this.arrived.length === 1) this.deliver();
      });
    }

    protected override doPublish(message: ClusterMessage): Promise<string> {
      primary.tell('emits', JSON.stringify(message));
      return Promise.resolve('');
    }

    /** Nobody asks all workers. */
    protected override doPublishResponse(_: string, response: ClusterResponse): Promise<void> {
      primary.tell('emits', JSON.stringify(response));
      return Promise.resolve();
    }

    /**
     * A socket that is being written to takes no volatile event, and what arrives together would be written in one turn:
     * such an event, and all behind it, is for the next one. So it is dropped for a slow client alone.
     */
    private deliver(): void {
      const arrived = this.arrived;
      for (const [place, message] of arrived.entries()) {
        if (this.isTooEarly(message)) {
          this.arrived = arrived.slice(place);
          return;
        }
        this.note(message);
        this.onMessage(message);
      }
      this.arrived = [];
    }

    private isTooEarly(message: ClusterMessage): boolean {
      if (message.type !== MessageType.BROADCAST) return false;
      const { flags, rooms } = message.data.opts;
      return flags?.volatile === true && rooms.some((room) => this.written.has(room));
    }

    private note(message: ClusterMessage): void {
      if (message.type !== MessageType.BROADCAST) return;
      if (this.written.size === 0)
        setImmediate(() => {
          this.written.clear();
          this.deliver();
        });
      for (const room of message.data.opts.rooms) this.written.add(room);
    }
  };
}
