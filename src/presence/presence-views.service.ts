import { Injectable } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { type Presence, PresenceReader } from '../common/ports/presence-reader.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { presenceRoom } from '../realtime/rooms.js';
import { UsersService } from '../users/users.service.js';
import { PresenceCircle, type Sight } from './presence-circle.js';
import { PresenceService } from './presence.service.js';

/** Answers about presence, each as its asker may know it. */
@Injectable()
export class PresenceViews extends PresenceReader {
  constructor(
    private readonly presence: PresenceService,
    private readonly circle: PresenceCircle,
    private readonly relations: RelationsService,
    private readonly users: UsersService,
  ) {
    super();
  }

  /** Without those of whom the viewer may know nothing. */
  async of(viewerId: string, userIds: readonly string[]): Promise<Map<string, Presence>> {
    return this.present(await this.circle.seenBy(viewerId, userIds));
  }

  /** Direct-chat partners who are online: what a client shows first. */
  async onlinePartners(userId: string): Promise<string[]> {
    const partners = await this.relations.directPartners(userId);
    const online = await this.presence.onlineAmong(partners);
    const seen = await this.circle.seenBy(userId, [...online]);
    return partners.filter((id) => online.has(id) && seen.get(id)?.online);
  }

  /** Answers for all who are asked about, and lets the socket hear of the changes of those it may see online. */
  async watch(socket: ParleySocket, userIds: string[]): Promise<Record<string, Presence>> {
    const seen = await this.circle.seenBy(socket.data.user.userId, userIds);
    await socket.join([...seen].filter(([, { online }]) => online).map(([id]) => presenceRoom(id)));
    const presences = await this.present(seen);
    return Object.fromEntries(userIds.map((id): [string, Presence] => [id, presences.get(id) ?? {}]));
  }

  private async present(seen: Map<string, Sight>): Promise<Map<string, Presence>> {
    const online = await this.presence.onlineAmong([...seen.keys()]);
    const wanted = [...seen].filter(([id, sight]) => sight.lastSeen && !(sight.online && online.has(id)));
    const users = wanted.length > 0 ? await this.users.findByIds(wanted.map(([id]) => id)) : [];
    const lastSeen = new Map(users.map(({ id, lastSeenAt }) => [id, lastSeenAt]));
    return new Map(
      [...seen].map(([id, sight]) => {
        const lastSeenAt = lastSeen.get(id);
        return [
          id,
          {
            ...(sight.online && { online: online.has(id) }),
            ...(lastSeenAt && { lastSeenAt: lastSeenAt.toISOString() }),
          },
        ];
      }),
    );
  }
}
