/** Who may do something in a group. */
export type Circle = 'all' | 'admins';

/** What admins decide of a group; the two of a direct chat share `disappearingSeconds` alone. */
export interface ChatSettings {
  send: Circle;
  editInfo: Circle;
  addMembers: Circle;
  /** Who comes by an invite waits until an admin lets them in. */
  joinApproval: boolean;
  /** Whoever is added reads all that was written before. */
  historyForNew: boolean;
  /** Messages sent from now on are gone after so long; 0: they stay. */
  disappearingSeconds: number;
}

/** What a group shows of itself. */
export interface ChatInfo {
  title: string | null;
  description: string | null;
  /** The picture, in the media store; `null` where there is none. */
  avatarMediaId: string | null;
  /** The upload that it was made of: the same one again is no change. */
  avatarSourceId: string | null;
}

/** What a chat's log adds up to besides its members. */
export interface ChatProfile {
  info: ChatInfo;
  settings: ChatSettings;
}

export const DEFAULT_SETTINGS: ChatSettings = {
  send: 'all',
  editInfo: 'all',
  addMembers: 'all',
  joinApproval: false,
  historyForNew: false,
  disappearingSeconds: 0,
};

export const NO_INFO: ChatInfo = {
  title: null,
  description: null,
  avatarMediaId: null,
  avatarSourceId: null,
};

/** For how long messages may live in a chat whose messages disappear; 0: for good. */
export const DISAPPEARING_SECONDS = [0, 86_400, 604_800, 7_776_000];
