/** What the holder of a data folder tells whoever else asks for it. */
export interface LockOwner {
  /** Zero when the holder did not tell. */
  pid: number;
  isStopping: boolean;
}

/** A lock that the system itself lets go of when its process ends, in whatever way: it is never stale. */
export interface HeldLock {
  update(owner: LockOwner): void;
  release(): Promise<void>;
}

export type LockAttempt = { held: HeldLock } | { owner: LockOwner };

/** Reads an owner's JSON; throws on anything that is not JSON. */
export function parseOwner(json: string): LockOwner {
  const told: Partial<LockOwner> | null = JSON.parse(json);
  return { pid: Number(told?.pid) || 0, isStopping: told?.isStopping === true };
}
