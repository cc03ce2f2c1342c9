import { Injectable } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { MAX_LISTS, SharedQuery, UNHURRIED } from '../database/shared-query.js';
import { ContactsService } from '../users/contacts.service.js';
import { PrivacyService } from '../users/privacy.service.js';

/** What of somebody's presence may be told. */
export interface Sight {
  online: boolean;
  lastSeen: boolean;
}

/** Who hears of changes, and how much. */
export interface PresenceAudience {
  /** Contacts and direct-chat partners. */
  readonly inner: ReadonlyMap<string, Sight>;
  /** Others who have asked. */
  readonly watching: ReadonlyMap<string, Sight>;
}

/** Of most who come in a crowd: kept once, not made for each. */
export const NOBODY_HEARS: PresenceAudience = { inner: new Map(), watching: new Map() };

/**
 * Who may know of whose coming and going: people whom the user has saved and people who share a chat
 * with them, within privacy and blocks. A bounded number of queries, whatever the number of people.
 */
@Injectable()
export class PresenceCircle {
  /** Where many come and go at once, others hear of it a little later. */
  private readonly circles = new SharedQuery((ids: string[]) => this.innerCircles(ids), {
    maxQuestions: MAX_LISTS,
    pause: UNHURRIED,
  });

  constructor(
    private readonly relations: RelationsService,
    private readonly contacts: ContactsService,
    private readonly privacy: PrivacyService,
  ) {}

  /** What the viewer may know of each of these; who tells nothing is not in it. */
  async seenBy(viewerId: string, userIds: readonly string[]): Promise<Map<string, Sight>> {
    const others = userIds.filter((id) => id !== viewerId);
    const [mates, savers] = await Promise.all([
      this.relations.chatMates(viewerId, others),
      this.contacts.ownersAmong(viewerId, others),
    ]);
    const circle = userIds.filter((id) => id === viewerId || mates.has(id) || savers.has(id));
    const may = await this.privacy.admission(viewerId, circle);
    return sights(circle, may);
  }

  /** Who hears of the user's changes: contacts and direct-chat partners always, `watcherIds` where they are in the circle. */
  async audienceOf(userId: string, watcherIds: readonly string[]): Promise<PresenceAudience> {
    const inner = await this.innerCircle(userId);
    const others = watcherIds.filter((id) => id !== userId && !inner.has(id));
    if (inner.size === 0 && others.length === 0) return NOBODY_HEARS;
    const mates = others.length > 0 ? await this.relations.chatMates(userId, others) : new Set<string>();
    const sees = await this.privacy.audienceOf(userId, [...inner, ...mates]);
    return { inner: sights([...inner], sees), watching: sights([...mates], sees) };
  }

  /** Contacts and direct-chat partners, whatever they may know. */
  innerCircle(userId: string): Promise<Set<string>> {
    return this.circles.ask(userId);
  }

  private async innerCircles(userIds: string[]): Promise<(id: string) => Set<string>> {
    const [contacts, partners] = await Promise.all([
      this.privacy.contactsOfAll(userIds),
      this.relations.directPartnersOf(userIds),
    ]);
    return (id) => new Set([...(contacts.get(id) ?? []), ...(partners.get(id) ?? [])]);
  }
}

function sights(
  ids: readonly string[],
  may: (id: string, aspect: 'online' | 'lastSeen') => boolean,
): Map<string, Sight> {
  const found = new Map<string, Sight>();
  for (const id of ids) {
    const sight = { online: may(id, 'online'), lastSeen: may(id, 'lastSeen') };
    if (sight.online || sight.lastSeen) found.set(id, sight);
  }
  return found;
}
