/** Who is asking, as the verified token says it. The only source of identity in the server. */
export interface AuthUser {
  readonly userId: string;
  readonly sessionId: string;
  /** When the access token ends, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}
