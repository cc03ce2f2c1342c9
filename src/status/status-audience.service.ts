import { Injectable } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { BlocksService } from '../users/blocks.service.js';
import { ContactsService } from '../users/contacts.service.js';
import { PrivacyService } from '../users/privacy.service.js';
import { UsersService } from '../users/users.service.js';
import { checkedAudience, frozenViewers } from './audience.js';
import type { AudienceLevel, FrozenAudience } from './status.record.js';

/** Anybody can save anybody: bounds what a feed costs somebody whom everybody has saved. */
const MAX_ONE_WAY_AUTHORS = 5000;

/** What is fixed when a status is posted, and who hears of it at that moment. */
export interface PostedTo {
  audience: FrozenAudience;
  viewerIds: string[] | null;
  recipientIds: string[];
}

/** What `admits` needs to know of a status. */
interface Admitting {
  userId: string;
  audience: FrozenAudience;
  /** The one who asks is among the people it was posted to. */
  isNamed: boolean;
}

/**
 * Who may see whose statuses. `everyone` is the author's contacts and direct-chat partners, looked up
 * whenever it is asked; the other levels are people, fixed when posted. A block outweighs both.
 */
@Injectable()
export class StatusAudience {
  constructor(
    private readonly privacy: PrivacyService,
    private readonly contacts: ContactsService,
    private readonly relations: RelationsService,
    private readonly blocks: BlocksService,
    private readonly users: UsersService,
  ) {}

  async freeze(authorId: string, given: FrozenAudience | undefined): Promise<PostedTo> {
    const audience = checkedAudience(authorId, given ?? (await this.preferred(authorId)));
    if (given) await this.users.assertAllKnown(audience.userIds ?? []);
    const needsContacts = audience.level === 'contacts' || audience.level === 'contacts_except';
    const contactIds = needsContacts ? await this.privacy.contactsOf(authorId) : [];
    const viewerIds = frozenViewers(audience, contactIds);
    return { audience, viewerIds, recipientIds: await this.reach(authorId, audience.level, viewerIds ?? []) };
  }

  /** Who hears of a status at this moment. */
  async reach(authorId: string, level: AudienceLevel, viewerIds: readonly string[]): Promise<string[]> {
    const ids = level === 'everyone' ? await this.circleOf(authorId) : viewerIds;
    const blocked = await this.blocks.blockedEitherWay(authorId, ids);
    return ids.filter((id) => !blocked.has(id));
  }

  /** Whether `viewerId`, who is not the author, may see it at this moment. */
  async admits(viewerId: string, { userId: authorId, audience, isNamed }: Admitting): Promise<boolean> {
    if ((await this.blocks.blockedEitherWay(viewerId, [authorId])).size > 0) return false;
    if (audience.level !== 'everyone') return isNamed;
    if (await this.contacts.hasSaved(authorId, viewerId)) return true;
    return (await this.relations.directPartners(viewerId)).includes(authorId);
  }

  /**
   * Whose `everyone` the user belongs to: who has saved them, and their direct-chat partners. Of somebody
   * whom thousands have saved, the people whom they know themselves and as many of the others as fit.
   * Blocks are not looked at.
   */
  async authorsFor(viewerId: string): Promise<string[]> {
    const [owners, partners] = await Promise.all([
      this.contacts.ownersOf(viewerId, MAX_ONE_WAY_AUTHORS),
      this.relations.directPartners(viewerId),
    ]);
    const isCut = owners.length === MAX_ONE_WAY_AUTHORS;
    const mutual = isCut
      ? await this.contacts.ownersAmong(viewerId, await this.privacy.contactsOf(viewerId))
      : [];
    return [...new Set([...owners, ...mutual, ...partners])];
  }

  blockedAround(viewerId: string, authorIds: readonly string[]): Promise<Set<string>> {
    return this.blocks.blockedEitherWay(viewerId, authorIds);
  }

  private async circleOf(authorId: string): Promise<string[]> {
    const [contactIds, partners] = await Promise.all([
      this.privacy.contactsOf(authorId),
      this.relations.directPartners(authorId),
    ]);
    return [...new Set([...contactIds, ...partners])];
  }

  private async preferred(authorId: string): Promise<FrozenAudience> {
    const { level, userIds } = (await this.privacy.settingsOf(authorId)).statuses;
    return userIds ? { level, userIds: [...userIds] } : { level };
  }
}
