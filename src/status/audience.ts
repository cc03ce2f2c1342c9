import { ValidationError } from '../common/errors/app-error.js';
import type { FrozenAudience } from './status.record.js';

/** The most people that a status can name. */
export const MAX_NAMED = 1024;

/** Levels that say whom by `userIds`; the others must not carry any. */
const NAMING = ['contacts_except', 'only'];

/** Refuses an audience that contradicts itself; drops the author's own name from it. */
export function checkedAudience(authorId: string, { level, userIds }: FrozenAudience): FrozenAudience {
  if (NAMING.includes(level)) return { level, userIds: (userIds ?? []).filter((id) => id !== authorId) };
  if (userIds !== undefined) {
    throw ValidationError.of(
      'audience.userIds',
      'whitelistValidation',
      `audience.userIds does not go with "${level}"`,
    );
  }
  return { level };
}

/**
 * The people that a status is posted to, fixed at that moment: a contact made later does not see it.
 * `null` for `everyone`, of which only the level is fixed: the circle is looked up whenever it is read.
 */
export function frozenViewers(
  { level, userIds = [] }: FrozenAudience,
  contactIds: readonly string[],
): string[] | null {
  switch (level) {
    case 'everyone':
      return null;
    case 'contacts':
      return [...contactIds];
    case 'contacts_except': {
      const excepted = new Set(userIds);
      return contactIds.filter((id) => !excepted.has(id));
    }
    case 'only':
      return [...userIds];
    case 'nobody':
    default:
      return [];
  }
}
