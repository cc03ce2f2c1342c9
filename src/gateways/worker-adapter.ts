import type { Server } from 'socket.io';
import { ClusterAdapter, type ClusterMessage, type ClusterResponse } from 'socket.io-adapter';

import type { PrimaryChannel } from '../cluster/workers/primary-channel.js';

type AdapterOption = Parameters<Server['adapter']>[0];

/**
 * Whatever is sent to rooms, and whoever is taken out of rooms or closed, on all workers, in the order of sending. As
 * text that the primary hands on unread, all of one turn of the event loop at once; the worker's own sockets wait for
 * nothing.
 */
export function workerAdapter(primary: Pick<PrimaryChannel, 'listen' | 'tell'>): AdapterOption {
  return class WorkerAdapter extends ClusterAdapter {
    constructor(namespace: unknown) {
      super(namespace);
      primary.listen('emits', (text) => this.onMessage(JSON.parse(text) as ClusterMessage));
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
  };
}
