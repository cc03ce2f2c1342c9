/** What one may know of another's presence: a field that one may not know is absent. */
export interface Presence {
  online?: boolean;
  /** When they last went offline; absent while they are known to be online. */
  lastSeenAt?: string;
}

/**
 * For REST views: what a viewer may know of these users' presence, by id. `presence/` binds it; it
 * stands here because what it needs (chats) lies above `users/`.
 */
export abstract class PresenceReader {
  abstract of(viewerId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Presence>>;
}
