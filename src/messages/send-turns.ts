import { Injectable } from '@nestjs/common';

/**
 * What one sender writes to one chat keeps its order though some of it has to be looked up first: what
 * comes behind waits. Where nothing waits there is nothing to wait for.
 */
@Injectable()
export class SendTurns {
  private readonly last = new Map<string, Promise<void>>();

  /** Calls `go` when everything of this key before has gone, with what was prepared meanwhile. */
  run<T, R>(key: string, prepared: T | Promise<T>, go: (prepared: T) => Promise<R>): Promise<R> {
    // Mostly nobody waits: nothing to look up then.
    const before = this.last.size > 0 ? this.last.get(key) : undefined;
    if (!before && !(prepared instanceof Promise)) return go(prepared);
    const gone = this.goBehind(before, prepared, go);
    const turn = gone.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(key, turn);
    void turn.then(() => this.last.get(key) === turn && this.last.delete(key));
    return gone.then(({ result }) => result);
  }

  /** Resolves when it has gone, which is before its result is there: hence the wrapping. */
  private async goBehind<T, R>(
    before: Promise<void> | undefined,
    prepared: T | Promise<T>,
    go: (prepared: T) => Promise<R>,
  ): Promise<{ result: Promise<R> }> {
    const [, ready] = await Promise.allSettled([before, prepared]);
    if (ready.status === 'rejected') throw ready.reason;
    return { result: go(ready.value) };
  }
}
