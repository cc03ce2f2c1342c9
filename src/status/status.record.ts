import type { Attachment } from '../media/attachment.js';

export const STATUS_TYPES = ['text', 'image', 'video'] as const;
export type StatusType = (typeof STATUS_TYPES)[number];

export const AUDIENCE_LEVELS = ['everyone', 'contacts', 'contacts_except', 'only', 'nobody'] as const;
export type AudienceLevel = (typeof AUDIENCE_LEVELS)[number];

/** Who may see a status, as its author said it. */
export interface FrozenAudience {
  level: AudienceLevel;
  /** For `contacts_except` those who may not, for `only` those who may. */
  userIds?: string[];
}

export interface StatusContent {
  type: StatusType;
  text?: string;
  mediaId?: string;
  /** What `mediaId` is, kept so that reading needs no look-up. */
  media?: Attachment;
  backgroundColor?: string;
}

/** A live status as the rest of the feature sees it. */
export interface StatusRecord extends StatusContent {
  readonly id: string;
  readonly userId: string;
  readonly audience: FrozenAudience;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What the order of a feed is made of. */
export interface StatusHead {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
}

export interface NewStatus extends StatusContent {
  userId: string;
  audience: FrozenAudience;
  /** `null`: the circle of `everyone`. */
  viewerIds: string[] | null;
  createdAt: Date;
  expiresAt: Date;
  purgeAt: Date;
  creationKey?: string;
  contentHash?: string;
}
