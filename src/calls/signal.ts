/** What one device tells another so that they can connect; exactly one of the three. The server never looks inside. */
export interface Signal {
  offer?: unknown;
  answer?: unknown;
  /** `null` is the end of candidates. */
  candidate?: unknown;
}

/** A signal and whose it is, on its way to a device. */
export interface SentSignal {
  callId: string;
  from: string;
  signal: Signal;
}
