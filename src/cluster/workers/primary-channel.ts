import type { SendHandle } from 'node:child_process';
import cluster from 'node:cluster';

import type { OnApplicationShutdown } from '@nestjs/common';

import {
  type Answer,
  type Batch,
  type FromPrimary,
  type FromWorker,
  type HandOver,
  isBatch,
  isHandOver,
  type Question,
  type Questions,
  type Topic,
} from './frames.js';
import { Outbox } from './outbox.js';

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** A TCP connection as processes hand it over: Node's own object below a `Socket`. */
export interface RawConnection {
  readStop(): number;
  close(): void;
}

/** A worker's end of the line to its primary, which never breaks: without the primary there is no worker. */
export class PrimaryChannel implements OnApplicationShutdown {
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners: Record<Topic, (text: string) => void> = {
    emits: () => undefined,
    events: () => undefined,
  };
  private readonly outbox = new Outbox<FromWorker>((batch) => this.send(batch));
  private asked = 0;
  private onMissed: () => void = () => undefined;
  private onLoss: () => void = () => undefined;
  private onUpgrade: (connection: RawConnection, request: string) => void = (connection) =>
    connection.close();

  private constructor(readonly workerId: number) {
    process.on('message', (message: unknown, handle: unknown) => {
      if (isBatch(message)) this.read(message);
      else if (isHandOver(message) && handle)
        this.onUpgrade(handle as RawConnection, message.parleyUpgrade.request);
    });
  }

  /** `null` in a process that is no worker. */
  static open(): PrimaryChannel | null {
    return cluster.worker ? new PrimaryChannel(cluster.worker.id) : null;
  }

  ask<Q extends Question>(question: Q, ...args: Parameters<Questions[Q]>): Promise<Answer<Q>> {
    this.asked += 1;
    const id = this.asked;
    this.outbox.add({ kind: 'ask', id, question, args });
    return new Promise<Answer<Q>>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
  }

  /** To all other workers, in the order of telling. */
  tell(topic: Topic, text: string): void {
    this.outbox.add({ kind: 'tell', topic, text });
  }

  listen(topic: Topic, listener: (text: string) => void): void {
    this.listeners[topic] = listener;
  }

  whenMissed(listener: () => void): void {
    this.onMissed = listener;
  }

  whenLost(listener: () => void): void {
    this.onLoss = listener;
  }

  whenUpgrading(listener: (connection: RawConnection, request: string) => void): void {
    this.onUpgrade = listener;
  }

  /** Gives a connection to another worker, with what was read of it; `then` when it is this one's no more. */
  handOver(connection: RawConnection, parleyUpgrade: HandOver['parleyUpgrade'], then: () => void): void {
    // A handle as it is, which Node sends too but has no type for.
    const handle = connection as unknown as SendHandle;
    process.send?.({ parleyUpgrade } satisfies HandOver, handle, {}, then);
  }

  /** Whoever still asks is not to wait for an answer to come. */
  onApplicationShutdown(): void {
    for (const waiting of this.waiting.values()) waiting.reject(new Error('the server stops'));
    this.waiting.clear();
  }

  private send(batch: Batch<FromWorker>): void {
    // The end of the primary is the end of this process too: nothing is left to be done about it.
    process.send?.(batch, undefined, {}, () => undefined);
  }

  private read({ parley }: Batch<FromPrimary>): void {
    for (const frame of parley) {
      switch (frame.kind) {
        case 'reply':
          this.answered(frame);
          break;
        case 'tell':
          this.listeners[frame.topic](frame.text);
          break;
        case 'loss':
          this.onLoss();
          break;
        case 'missed':
          this.onMissed();
          break;
      }
    }
  }

  private answered({ id, answer, failure }: Extract<FromPrimary, { kind: 'reply' }>): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (failure === undefined) waiting?.resolve(answer as never);
    else waiting?.reject(new Error(failure));
  }
}
