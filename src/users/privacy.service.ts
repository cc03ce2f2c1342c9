import { Injectable } from '@nestjs/common';

import { SharedQuery } from '../database/shared-query.js';
import { BlocksRepository } from './blocks.repository.js';
import { ContactsRepository } from './contacts.repository.js';
import {
  admits,
  asksForContacts,
  DEFAULT_PRIVACY,
  type PrivacyAspect,
  type PrivacySettings,
} from './privacy-policy.js';
import { PrivacyRepository } from './privacy.repository.js';

/** Of the people asked about, those who have a direct chat with the one; only `statuses` asks for it. */
export interface AskOptions {
  readonly partnerIds?: ReadonlySet<string>;
}

/** Answers for one viewer and several owners, without further queries. */
export type Admission = (ownerId: string, aspect: PrivacyAspect) => boolean;

interface Question {
  viewerId: string;
  ownerId: string;
  aspect: PrivacyAspect;
}

/**
 * Looks up what `admits` needs to decide: three queries, whatever the number of people. Of one owner alone
 * many ask at a time, one for each message to somebody who was not written to lately: these share their queries.
 */
@Injectable()
export class PrivacyService {
  private readonly questions = new SharedQuery((questions: Question[]) => this.decide(questions));
  private readonly stored = new SharedQuery(async (ownerIds: string[]) => {
    const settings = await this.settings.find(ownerIds);
    return (ownerId): PrivacySettings => ({ ...DEFAULT_PRIVACY, ...settings.get(ownerId) });
  });

  constructor(
    private readonly settings: PrivacyRepository,
    private readonly contacts: ContactsRepository,
    private readonly blocks: BlocksRepository,
  ) {}

  /** Whether `ownerId` admits `viewerId`. Nobody is admitted by a user who does not exist. */
  async may(viewerId: string, ownerId: string, aspect: PrivacyAspect): Promise<boolean> {
    return this.questions.ask({ viewerId, ownerId, aspect });
  }

  /** Most settings don't ask for contacts: then nobody looks for any. */
  private async decide(questions: Question[]): Promise<(question: Question) => boolean> {
    const pairs = questions.map(({ viewerId, ownerId }): [string, string] => [ownerId, viewerId]);
    const [settings, blocks] = await Promise.all([
      this.settings.find([...new Set(questions.map(({ ownerId }) => ownerId))]),
      this.blocks.findWithin(pairs),
    ]);
    const asking = questions.filter(({ ownerId, aspect }) =>
      asksForContacts({ ...DEFAULT_PRIVACY, ...settings.get(ownerId) }, aspect),
    );
    const contacts = await this.contacts.findPairs(
      asking.map(({ viewerId, ownerId }) => ({ ownerId, userId: viewerId })),
    );
    return ({ viewerId, ownerId, aspect }) =>
      admissionBy(viewerId, settings, {
        owners: contacts.has(ownerId + viewerId) ? new Set([ownerId]) : NOBODY,
        blockers: blocks.has(ownerId + viewerId) ? new Set([ownerId]) : NOBODY,
        blocked: blocks.has(viewerId + ownerId) ? new Set([ownerId]) : NOBODY,
      })(ownerId, aspect);
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
    return admissionBy(viewerId, settings, { owners, blockers, blocked, partnerIds });
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
    const [settings, contacts, { blockers, blocked }] = await Promise.all([
      this.stored.ask(ownerId),
      this.contacts.findAmong(ownerId, candidateIds),
      this.blocks.findBetween(ownerId, candidateIds),
    ]);
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

  settingsOf(ownerId: string): Promise<PrivacySettings> {
    return this.stored.ask(ownerId);
  }
}

const NOBODY: ReadonlySet<string> = new Set();

/** Of the owners, what each of them is to the viewer. */
interface Known {
  /** Who has saved the viewer. */
  owners: ReadonlySet<string>;
  blockers: ReadonlySet<string>;
  blocked: ReadonlySet<string>;
  partnerIds?: ReadonlySet<string>;
}

function admissionBy(
  viewerId: string,
  settings: ReadonlyMap<string, Partial<PrivacySettings>>,
  { owners, blockers, blocked, partnerIds }: Known,
): Admission {
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
