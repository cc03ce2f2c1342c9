export interface ProbeRequest {
  id: number;
  path: string;
}

/** What the bytes of a file say that it is. */
export interface ProbeResult {
  /** `null`: nothing that is known. */
  mimeType: string | null;
  durationMs?: number;
  /** Of containers of sound and pictures; absent where it can't be told. */
  hasVideo?: boolean;
}

export interface ProbeAnswer extends ProbeResult {
  id: number;
}
