import { Injectable } from '@nestjs/common';

/**
 * Who has active sockets on this node: many per user, each change in O(1). Takes the place of the
 * tutorial's global map.
 */
@Injectable()
export class OnlineUsers {
  private readonly socketsOf = new Map<string, Set<string>>();

  /** Answers whether it is the user's first active socket. */
  connect(userId: string, socketId: string): boolean {
    const sockets = this.socketsOf.get(userId);
    if (sockets) {
      sockets.add(socketId);
      return false;
    }
    this.socketsOf.set(userId, new Set([socketId]));
    return true;
  }

  /** Answers whether it was the user's last active socket. */
  disconnect(userId: string, socketId: string): boolean {
    const sockets = this.socketsOf.get(userId);
    if (!sockets?.delete(socketId) || sockets.size > 0) return false;
    this.socketsOf.delete(userId);
    return true;
  }

  isOnline(userId: string): boolean {
    return this.socketsOf.has(userId);
  }

  /** Everybody with a socket that counts. */
  userIds(): IterableIterator<string> {
    return this.socketsOf.keys();
  }

  socketCount(userId: string): number {
    return this.socketsOf.get(userId)?.size ?? 0;
  }

  get userCount(): number {
    return this.socketsOf.size;
  }
}
