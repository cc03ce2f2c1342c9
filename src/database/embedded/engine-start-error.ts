/** Where progress and trouble are told. A Nest `Logger` is one. */
export interface EngineLog {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The embedded engine cannot run here or now; the message says what to do about it. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The system's name of an error (`EADDRINUSE`), if it has one. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
