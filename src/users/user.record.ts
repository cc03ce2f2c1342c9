/** A user as the rest of the server sees one. The password hash is never part of it. */
export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly phone: string | null;
  readonly name: string;
  readonly about: string;
  readonly avatarUrl: string | null;
  readonly rev: number;
  /** When they last went offline. */
  readonly lastSeenAt: Date | null;
  readonly createdAt: Date;
  /** The account is gone, and with it all but the id. */
  readonly isDeleted?: true;
}

export interface NewUser {
  /** Normalised. */
  readonly email: string;
  readonly passwordHash: string;
  readonly name: string;
  readonly phone?: string | undefined;
}

export interface ProfileChange {
  readonly name?: string | undefined;
  readonly about?: string | undefined;
  readonly phone?: string | null | undefined;
}
