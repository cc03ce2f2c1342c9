import type { Worker } from 'node:cluster';

import { Injectable } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { type FromPrimary, type FromWorker, isBatch, isHandOver, type Questions } from './frames.js';
import type { RawConnection } from './primary-channel.js';
import { SharedLimits } from './shared-limits.js';
import { SharedState } from './shared-state.js';
import { WorkerLine } from './worker-line.js';

/** The primary's end of the lines to its workers: answers, hands on, and sees when one breaks. */
@Injectable()
export class WorkerHub {
  private readonly state: SharedState;
  private readonly questions: Questions;
  private readonly lines = new Map<number, WorkerLine>();
  private folder = '';

  constructor(clock: Clock) {
    const state = (this.state = new SharedState(clock));
    const limits = new SharedLimits();
    this.questions = {
      renew: (...args) => state.renew(...args),
      leave: (...args) => state.leave(...args),
      living: () => state.living(),
      findLost: (...args) => state.findLost(...args),
      forget: (nodeId) => state.forget(nodeId),
      hold: (...args) => state.hold(...args),
      release: (...args) => state.release(...args),
      heldBy: (nodeId) => state.heldBy(nodeId),
      takeFrom: (...args) => state.takeFrom(...args),
      heldAmong: (userIds) => state.heldAmong(userIds),
      count: (...args) => limits.count(...args),
      settle: (...args) => limits.settle(...args),
      folder: () => this.folder,
    };
  }

  /** Before the first worker: where they put the sockets by which they reach each other. */
  useFolder(folder: string): void {
    this.folder = folder;
  }

  /** A worker that has just been made. */
  attend(worker: Worker): void {
    const line = new WorkerLine(worker);
    this.lines.set(worker.id, line);
    worker.on('message', (message: unknown, handle: unknown) => {
      if (isBatch(message)) for (const frame of message.parley) this.take(line, frame);
      else if (isHandOver(message) && handle)
        this.handOver(message.parleyUpgrade.to, message, handle as RawConnection);
    });
    worker.once('disconnect', () => this.lost(line));
    worker.once('exit', () => this.lost(line));
  }

  private take(line: WorkerLine, frame: FromWorker): void {
    if (frame.kind === 'ask') return void this.answer(line, frame);
    for (const other of this.lines.values()) if (other !== line) other.tell(frame);
  }

  private async answer(line: WorkerLine, frame: Extract<FromWorker, { kind: 'ask' }>): Promise<void> {
    const { id, question, args } = frame;
    if (question === 'renew') line.nodeId = String(args[0]);
    let reply: FromPrimary;
    try {
      const answer: unknown = (this.questions[question] as (...args: unknown[]) => unknown)(...args);
      reply = { kind: 'reply', id, answer: answer instanceof Promise ? await answer : answer };
    } catch (error) {
      reply = { kind: 'reply', id, failure: String(error) };
    }
    line.say(reply);
  }

  private handOver(to: number, message: object, connection: RawConnection): void {
    const line = this.lines.get(to);
    if (line) line.give(message, connection);
    else connection.close();
  }

  /** What it has left is for the others, now. */
  private lost(line: WorkerLine): void {
    if (!this.lines.delete(line.workerId)) return;
    if (line.nodeId !== null) this.state.end(line.nodeId);
    for (const other of this.lines.values()) other.say({ kind: 'loss' });
  }
}
