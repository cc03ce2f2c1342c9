/** An engine that serves, inside the host or as its child. */
export interface OpenEngine {
  /** Null for an engine on a port. */
  socketPath: string | null;
  close(): Promise<void>;
}

/** An optional package was not installed, or its native part does not load here. */
export class EngineUnavailable extends Error {}
