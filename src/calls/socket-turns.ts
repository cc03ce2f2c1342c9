import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Does several things in one step; one result for each, in their order. */
export type RunAll<I, T> = (items: readonly I[]) => Promise<PromiseSettledResult<T>[]>;

interface Group<I, T> {
  readonly items: I[];
  readonly results: Promise<PromiseSettledResult<T>[]>;
}

/**
 * What one socket asks for is done in the order of its asking, so that an answer may follow its accept without
 * waiting for the ack.
 */
@Injectable()
export class SocketTurns implements OnApplicationShutdown {
  private readonly lines = new Map<string, Promise<unknown>>();
  /** Of each line the group at its end, while it has not begun. */
  private readonly groups = new Map<string, Group<unknown, unknown>>();

  isWaiting(socketId: string): boolean {
    return this.lines.has(socketId);
  }

  /** Runs `task` when everything before it of the same socket is done. */
  run<T>(socketId: string, task: () => Promise<T>): Promise<T> {
    this.groups.delete(socketId);
    const before = this.lines.get(socketId) ?? Promise.resolve();
    const result = before.then(task);
    const done: Promise<unknown> = result
      .catch(() => undefined)
      .finally(() => {
        if (this.lines.get(socketId) === done) this.lines.delete(socketId);
      });
    this.lines.set(socketId, done);
    return result;
  }

  /** As `run`, in one step with all that come directly behind each other while the line waits: for floods. */
  async runTogether<I, T>(socketId: string, item: I, runAll: RunAll<I, T>): Promise<T> {
    const group = (this.groups.get(socketId) as Group<I, T> | undefined) ?? this.newGroup(socketId, runAll);
    const place = group.items.push(item) - 1;
    const result = (await group.results)[place] as PromiseSettledResult<T>;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }

  async onApplicationShutdown(): Promise<void> {
    while (this.lines.size > 0) await Promise.all(this.lines.values());
  }

  private newGroup<I, T>(socketId: string, runAll: RunAll<I, T>): Group<I, T> {
    const items: I[] = [];
    const results = this.run(socketId, () => {
      if (this.groups.get(socketId)?.items === items) this.groups.delete(socketId);
      return runAll(items);
    });
    const group = { items, results };
    this.groups.set(socketId, group);
    return group;
  }
}
