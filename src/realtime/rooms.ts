/** All sockets of a user: where everything that concerns them goes, chats included (ADR 0003). */
export const userRoom = (userId: string) => `u:${userId}`;

/** The sockets of one login, which end with it. */
export const sessionRoom = (sessionId: string) => `s:${sessionId}`;

/** Sockets that asked about a user's presence and hear of its changes. */
export const presenceRoom = (userId: string) => `p:${userId}`;
