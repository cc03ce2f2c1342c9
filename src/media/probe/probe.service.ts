import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import type { ProbeAnswer, ProbeRequest, ProbeResult } from './probe.protocol.js';

const MAX_HEAP_MB = 128;
const UNKNOWN: ProbeResult = { mimeType: null };

interface Waiting {
  request: ProbeRequest;
  resolve: (result: ProbeResult) => void;
}

/**
 * Asks a thread what files are, one after the other. A file at which the thread hangs or dies is of no
 * known type; the next one gets a new thread.
 */
@Injectable()
export class Probe implements OnApplicationShutdown {
  /** How long one file may take. */
  protected readonly deadlineMs: number = 15_000;
  private readonly logger = new Logger(Probe.name);
  private readonly waiting: Waiting[] = [];
  private worker: Worker | null = null;
  private current: Waiting | null = null;
  private count = 0;

  probe(path: string): Promise<ProbeResult> {
    return new Promise((resolve) => {
      this.waiting.push({ request: { id: (this.count += 1), path }, resolve });
      this.next();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    for (const { resolve } of this.waiting.splice(0)) resolve(UNKNOWN);
    await this.worker?.terminate();
  }

  private next(): void {
    if (this.current) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.current = next;
    const worker = (this.worker ??= this.start());
    const deadline = AbortSignal.timeout(this.deadlineMs);
    // Nothing of ours waits for a probe of a server that ends.
    deadline.addEventListener('abort', () => this.current === next && void worker.terminate(), {
      once: true,
    });
    worker.postMessage(next.request, []);
  }

  private start(): Worker {
    const worker = new Worker(this.workerFile(), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.unref();
    worker.on('message', ({ id, ...result }: ProbeAnswer) => {
      if (this.current?.request.id === id) this.settle(result);
    });
    worker.on('error', (error) => this.logger.warn(`reading a file has ended its thread: ${error.message}`));
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = null;
      this.settle(UNKNOWN);
    });
    return worker;
  }

  private settle(result: ProbeResult): void {
    const { current } = this;
    this.current = null;
    current?.resolve(result);
    this.next();
  }

  /** The compiled worker: Node 20 runs no TypeScript, so what is loaded from `src` needs a build first. */
  protected workerFile(): string {
    const isSource = import.meta.url.endsWith('.ts');
    const path = isSource ? '../../../dist/media/probe/probe.worker.js' : './probe.worker.js';
    return fileURLToPath(new URL(path, import.meta.url));
  }
}
