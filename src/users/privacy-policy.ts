export const PRIVACY_ASPECTS = [
  'lastSeen',
  'online',
  'avatar',
  'about',
  'statuses',
  'messages',
  'groups',
  'calls',
] as const;
export type PrivacyAspect = (typeof PRIVACY_ASPECTS)[number];

export const PRIVACY_LEVELS = ['everyone', 'contacts', 'contacts_except', 'only', 'nobody'] as const;
export type PrivacyLevel = (typeof PRIVACY_LEVELS)[number];

export interface PrivacyRule {
  readonly level: PrivacyLevel;
  /** With `contacts_except` who is left out, with `only` who is let in. */
  readonly userIds?: readonly string[];
}

export type PrivacySettings = Readonly<Record<PrivacyAspect, PrivacyRule>> & {
  readonly readReceipts: boolean;
};

const EVERYONE: PrivacyRule = { level: 'everyone' };

export const DEFAULT_PRIVACY: PrivacySettings = {
  lastSeen: EVERYONE,
  online: EVERYONE,
  avatar: EVERYONE,
  about: EVERYONE,
  statuses: EVERYONE,
  messages: EVERYONE,
  groups: EVERYONE,
  calls: EVERYONE,
  readReceipts: true,
};

/** What a viewer is to the owner of the data. */
export interface Relation {
  readonly isSelf: boolean;
  /** The owner has saved the viewer. That the viewer saved the owner counts for nothing. */
  readonly isContactOfOwner: boolean;
  readonly isBlockedByOwner: boolean;
  readonly hasBlockedOwner: boolean;
  /** They have a direct chat. Only `statuses` asks. */
  readonly isDirectPartner: boolean;
}

/** What somebody still sees of a person whom they have blocked: enough to recognise whom to unblock. */
const SEEN_BY_BLOCKER: ReadonlySet<PrivacyAspect> = new Set(['avatar', 'about']);

/** Whether it matters for this aspect who the owner's contacts are. */
export function asksForContacts(settings: PrivacySettings, aspect: PrivacyAspect): boolean {
  const { level } = settings[aspect];
  return aspect === 'statuses' || level === 'contacts' || level === 'contacts_except';
}

/**
 * The one place that decides who may see or do what. A block outweighs every level and looks like
 * `nobody` from outside.
 */
export function admits(
  settings: PrivacySettings,
  relation: Relation,
  aspect: PrivacyAspect,
  viewerId: string,
): boolean {
  if (relation.isSelf) return true;
  if (relation.isBlockedByOwner) return false;
  if (relation.hasBlockedOwner && !SEEN_BY_BLOCKER.has(aspect)) return false;
  const { level, userIds = [] } = settings[aspect];
  switch (level) {
    case 'everyone':
      return aspect !== 'statuses' || relation.isContactOfOwner || relation.isDirectPartner;
    case 'contacts':
      return relation.isContactOfOwner;
    case 'contacts_except':
      return relation.isContactOfOwner && !userIds.includes(viewerId);
    case 'only':
      return userIds.includes(viewerId);
    case 'nobody':
      break;
  }
  return false;
}
