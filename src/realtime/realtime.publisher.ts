import { Injectable } from '@nestjs/common';
import { PacketType } from 'socket.io-parser';

import type { ParleyServer, ParleySocket } from './parley-socket.js';
import { presenceRoom, sessionRoom, userRoom } from './rooms.js';
import type { PayloadOf, ServerEventName } from './socket-events.js';

/**
 * The only class that emits to sockets. Facts reach it through the listeners beside it; signals
 * (typing, presence) come straight from the services that check them.
 */
@Injectable()
export class RealtimePublisher {
  private server: ParleyServer | null = null;
  /** Of lists that can't change: the members of a chat are the same from one message to the next. */
  private readonly roomsOfFrozen = new WeakMap<readonly string[], Set<string>>();

  /** Once, from the gateway that owns the connection, before the first socket. */
  attach(server: ParleyServer): void {
    this.server = server;
  }

  /** To all sockets of these users; encoded once. Nobody there: nothing happens. */
  toUsers<E extends ServerEventName>(userIds: readonly string[], event: E, payload: PayloadOf<E>): void {
    if (userIds.length > 0) this.emit(this.roomsOf(userIds), event, payload);
  }

  /** To these users if they can take it right now: a signal that is stale a second later. */
  toUsersVolatile<E extends ServerEventName>(
    userIds: readonly string[],
    event: E,
    payload: PayloadOf<E>,
  ): void {
    if (userIds.length > 0) this.emit(this.roomsOf(userIds), event, payload, { isVolatile: true });
  }

  /** To the sockets of these users on this node. */
  toUsersHere<E extends ServerEventName>(userIds: readonly string[], event: E, payload: PayloadOf<E>): void {
    if (userIds.length > 0) this.emit(this.roomsOf(userIds), event, payload, { isHere: true });
  }

  /** To all sockets of these users but this one, which knows it already. */
  toUsersExcept<E extends ServerEventName>(
    userIds: readonly string[],
    socketId: string | undefined,
    event: E,
    payload: PayloadOf<E>,
  ): void {
    if (userIds.length > 0) this.emit(this.roomsOf(userIds), event, payload, { except: socketId });
  }

  /** To these sockets, on whichever node they are. */
  toSockets<E extends ServerEventName>(socketIds: readonly string[], event: E, payload: PayloadOf<E>): void {
    if (socketIds.length > 0) this.emit(new Set(socketIds), event, payload);
  }

  /** The users of this node who asked about this user's presence. */
  watchersHere(userId: string): string[] {
    const here = this.server?.of('/');
    const socketIds = here?.adapter.rooms.get(presenceRoom(userId)) ?? [];
    return [...new Set([...socketIds].flatMap((id) => here?.sockets.get(id)?.data.user.userId ?? []))];
  }

  /** This user and these others, of whom some watch each other, hear of each other no more. */
  unwatch(userId: string, otherIds: readonly string[]): void {
    if (otherIds.length === 0) return;
    this.server?.in(userRoom(userId)).socketsLeave(otherIds.map(presenceRoom));
    this.server?.in(otherIds.map(userRoom)).socketsLeave(presenceRoom(userId));
  }

  toSocket<E extends ServerEventName>(socket: ParleySocket, event: E, payload: PayloadOf<E>): void {
    const args = [payload] as Parameters<Parameters<ParleySocket['on']>[1]>;
    socket.emit(event, ...(args as never));
  }

  /** Tells the sockets that these logins have on this node why, and closes them. */
  endSessions(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      this.emit(new Set([sessionRoom(sessionId)]), 'session_revoked', { sessionId }, { isHere: true });
      this.server?.local.in(sessionRoom(sessionId)).disconnectSockets(true);
    }
  }

  /** To every socket of this node. */
  toAllHere<E extends ServerEventName>(event: E, payload: PayloadOf<E>): void {
    this.server?.local.emit(event, ...([payload] as never));
  }

  get socketCountHere(): number {
    return this.server?.of('/').sockets.size ?? 0;
  }

  /** The logins whose sockets are on this node. */
  sessionIdsHere(): string[] {
    const sockets = [...(this.server?.of('/').sockets.values() ?? [])];
    return [...new Set(sockets.map(({ data }) => data.user.sessionId))];
  }

  private roomsOf(userIds: readonly string[]): Set<string> {
    const known = this.roomsOfFrozen.get(userIds);
    if (known) return known;
    const rooms = new Set(userIds.map(userRoom));
    if (Object.isFrozen(userIds)) this.roomsOfFrozen.set(userIds, rooms);
    return rooms;
  }

  private emit<E extends ServerEventName>(
    rooms: Set<string>,
    event: E,
    payload: PayloadOf<E>,
    { isVolatile = false, isHere = false, except }: EmitOptions = {},
  ): void {
    // As `server.to(rooms).emit` does it, without the three operators that it makes on the way.
    this.server?.of('/').adapter.broadcast(
      { type: PacketType.EVENT, data: [event, payload] },
      {
        rooms,
        except: except === undefined ? NOBODY : new Set([except]),
        flags: { ...(isVolatile && { volatile: true }), ...(isHere && { local: true }) },
      },
    );
  }
}

const NOBODY: ReadonlySet<string> & Set<string> = new Set();

interface EmitOptions {
  isVolatile?: boolean;
  /** On this node alone. */
  isHere?: boolean;
  except?: string;
}
