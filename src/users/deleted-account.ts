import { DEFAULT_PRIVACY, PRIVACY_ASPECTS, type PrivacySettings } from './privacy-policy.js';

/** What a deleted account is called where its messages remain. */
export const DELETED_NAME = 'Deleted account';

const ADMITS_NOBODY: PrivacySettings = {
  ...DEFAULT_PRIVACY,
  ...Object.fromEntries(PRIVACY_ASPECTS.map((aspect) => [aspect, { level: 'nobody' as const }])),
  readReceipts: false,
};

/**
 * What the user's fields are from then on; their picture is none. There is nothing left to know them by, to log in with or to be found
 * by, and the settings admit nobody. The email only keeps its unique index; nobody can type it.
 */
export function deletedFields(userId: string) {
  return {
    email: `deleted:${userId}`,
    passwordHash: '',
    name: DELETED_NAME,
    nameKey: '',
    about: '',
    phone: null,
    lastSeenAt: null,
    privacy: ADMITS_NOBODY,
  };
}
