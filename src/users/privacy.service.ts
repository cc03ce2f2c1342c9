import { Injectable } from '@nestjs/common';

import { GatheredLookup } from '../common/gathered-lookup.js';
import { BlocksRepository } from './blocks.repository.js';
import { ContactsRepository } from './contacts.repository.js';
import { admits, DEFAULT_PRIVACY, type PrivacyAspect, type PrivacySettings } from './privacy-policy.js';
import { PrivacyRepository } from './privacy.repository.js';

/** Of the people asked about, those who have a direct chat with the one; only `statuses` asks for it. */
export interface AskOptions {
  readonly partnerIds?: ReadonlySet<string>;
}

/** Answers for one viewer and several owners, without further queries. */
export type Admission = (ownerId: string, aspect: PrivacyAspect) => boolean;

/** Looks up what `admits` needs to decide: three queries, whatever the number of people. */
@Injectable()
export class PrivacyService {
  private readonly stored = new GatheredLookup((ownerIds) => this.settings.find(ownerIds));

  constructor(
    private readonly settings: PrivacyRepository,
    private readonly contacts: ContactsRepository,
    private readonly blocks: BlocksRepository,
  ) {}

  /** Whether `ownerId` admits `viewerId`. Nobody is admitted by a user who does not exist. */
  async may(
    viewerId: string,
    ownerId: string,
    aspect: PrivacyAspect,
    options?: AskOptions,
  ): Promise<boolean> {
    return (await this.admitting(viewerId, [ownerId], aspect, options)).has(ownerId);
  }

  /** Of these owners those who admit the viewer. */
  async admitting(
    viewerId: string,
    ownerIds: readonly string[],
    aspect: PrivacyAspect,
    options?: AskOptions,
  ): Promise<Set<string>> {
    const may = await this.admission(viewerId, ownerIds, options);
    return new Set(ownerIds.filter((ownerId) => may(ownerId, aspect)));
  }

  /** As `admitting` for several aspects at once. */
  async admission(
    viewerId: string,
    ownerIds: readonly string[],
    { partnerIds }: AskOptions = {},
  ): Promise<Admission> {
    if (ownerIds.length === 0) return () => false;
    const [settings, owners, { blockers, blocked }] = await Promise.all([
      this.settings.find(ownerIds),
      this.contacts.findOwnersAmong(viewerId, ownerIds),
      this.blocks.findBetween(viewerId, ownerIds),
    ]);
    return (ownerId, aspect) => {
      const stored = settings.get(ownerId);
      if (!stored) return false;
      const relation = {
        isSelf: ownerId === viewerId,
        isContactOfOwner: owners.has(ownerId),
        isBlockedByOwner: blockers.has(ownerId),
        hasBlockedOwner: blocked.has(ownerId),
        isDirectPartner: partnerIds?.has(ownerId) ?? false,
      };
      return admits({ ...DEFAULT_PRIVACY, ...stored }, relation, aspect, viewerId);
    };
  }

  /** Of these candidates those whom the owner admits. */
  async audience(
    ownerId: string,
    candidateIds: readonly string[],
    aspect: PrivacyAspect,
    options?: AskOptions,
  ): Promise<Set<string>> {
    const sees = await this.audienceOf(ownerId, candidateIds, options);
    return new Set(candidateIds.filter((candidateId) => sees(candidateId, aspect)));
  }

  /** As `audience` for several aspects at once. */
  async audienceOf(
    ownerId: string,
    candidateIds: readonly string[],
    { partnerIds }: AskOptions = {},
  ): Promise<(candidateId: string, aspect: PrivacyAspect) => boolean> {
    if (candidateIds.length === 0) return () => false;
    const [stored, contacts, { blockers, blocked }] = await Promise.all([
      this.stored.get(ownerId),
      this.contacts.findAmong(ownerId, candidateIds),
      this.blocks.findBetween(ownerId, candidateIds),
    ]);
    const settings = { ...DEFAULT_PRIVACY, ...stored };
    return (candidateId, aspect) => {
      const relation = {
        isSelf: candidateId === ownerId,
        isContactOfOwner: contacts.has(candidateId),
        isBlockedByOwner: blocked.has(candidateId),
        hasBlockedOwner: blockers.has(candidateId),
        isDirectPartner: partnerIds?.has(candidateId) ?? false,
      };
      return admits(settings, relation, aspect, candidateId);
    };
  }

  /** Whom this user has saved. */
  async contactsOf(ownerId: string): Promise<string[]> {
    return (await this.contactsOfAll([ownerId])).get(ownerId) ?? [];
  }

  /** The same for many at once, by owner; who has saved nobody is not in it. */
  contactsOfAll(ownerIds: readonly string[]): Promise<Map<string, string[]>> {
    return this.contacts.findAll(ownerIds);
  }

  async settingsOf(ownerId: string): Promise<PrivacySettings> {
    return { ...DEFAULT_PRIVACY, ...(await this.stored.get(ownerId)) };
  }
}
