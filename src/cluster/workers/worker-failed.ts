/** A worker ended before it listened. */
export class WorkerFailed extends Error {
  constructor(
    code: number | null,
    private readonly signal: string | null,
  ) {
    super(`a worker ended before it listened (${signal ?? `exit code ${code}`})`);
  }

  /** It ended by itself, and has printed why. */
  get isTold(): boolean {
    return this.signal === null;
  }
}
