import { describe, expect, it } from 'vitest';

import {
  admits,
  asksForContacts,
  DEFAULT_PRIVACY,
  PRIVACY_ASPECTS,
  type PrivacyAspect,
  type PrivacyRule,
  type Relation,
} from './privacy-policy.js';

const VIEWER = 'viewer';

const stranger: Relation = {
  isSelf: false,
  isContactOfOwner: false,
  isBlockedByOwner: false,
  hasBlockedOwner: false,
  isDirectPartner: false,
};

const RELATIONS = {
  self: { ...stranger, isSelf: true },
  contact: { ...stranger, isContactOfOwner: true },
  // Who saved whom the other way round, or sits in the same group, is a stranger to the policy.
  'one-way contact': stranger,
  'same group': stranger,
  stranger,
  'direct partner': { ...stranger, isDirectPartner: true },
  'blocked stranger': { ...stranger, isBlockedByOwner: true },
  'blocked contact': { ...stranger, isContactOfOwner: true, isBlockedByOwner: true, isDirectPartner: true },
  blocker: { ...stranger, isContactOfOwner: true, hasBlockedOwner: true },
} satisfies Record<string, Relation>;

type Who = keyof typeof RELATIONS;

const OPEN = ['self', 'contact', 'one-way contact', 'same group', 'stranger', 'direct partner'] as const;
const RULES: [string, PrivacyRule, readonly Who[]][] = [
  ['everyone', { level: 'everyone' }, OPEN],
  ['contacts', { level: 'contacts' }, ['self', 'contact']],
  ['contacts except others', { level: 'contacts_except', userIds: ['x'] }, ['self', 'contact']],
  ['contacts except the viewer', { level: 'contacts_except', userIds: ['x', VIEWER] }, ['self']],
  ['contacts except nobody', { level: 'contacts_except' }, ['self', 'contact']],
  ['only the viewer', { level: 'only', userIds: [VIEWER] }, OPEN],
  ['only others', { level: 'only', userIds: ['x'] }, ['self']],
  ['only nobody', { level: 'only' }, ['self']],
  ['nobody', { level: 'nobody' }, ['self']],
];

/** What the general table says, but for what an aspect does differently. */
function expected(aspect: PrivacyAspect, level: string, admitted: readonly Who[], who: Who): boolean {
  if (aspect === 'statuses' && level === 'everyone') {
    return ['self', 'contact', 'direct partner'].includes(who);
  }
  // Who has blocked somebody still recognises them, as far as they let any contact.
  if (who === 'blocker' && (aspect === 'avatar' || aspect === 'about')) return admitted.includes('contact');
  return admitted.includes(who);
}

describe('admits', () => {
  describe.each(PRIVACY_ASPECTS)('%s', (aspect) => {
    describe.each(RULES)('for %s', (_name, rule, admitted) => {
      it.each(Object.keys(RELATIONS) as Who[])('should decide about: %s', (who) => {
        const settings = { ...DEFAULT_PRIVACY, [aspect]: rule };

        expect(admits(settings, RELATIONS[who], aspect, VIEWER)).toBe(
          expected(aspect, rule.level, admitted, who),
        );
      });
    });

    it('should go by its own rule only', () => {
      const others = Object.fromEntries(PRIVACY_ASPECTS.map((one) => [one, { level: 'nobody' } as const]));
      const settings = { ...DEFAULT_PRIVACY, ...others, [aspect]: { level: 'contacts' } as const };

      expect(admits(settings, RELATIONS.contact, aspect, VIEWER)).toBe(true);
    });
  });
});

describe('asksForContacts', () => {
  it('should say yes to every rule under which contacts and strangers differ', () => {
    const missed = PRIVACY_ASPECTS.flatMap((aspect) =>
      RULES.filter(([, rule]) => {
        const settings = { ...DEFAULT_PRIVACY, [aspect]: rule };
        const isAdmitted = (who: Relation) => admits(settings, who, aspect, VIEWER);
        const isDifferent = isAdmitted(RELATIONS.contact) !== isAdmitted(stranger);
        return isDifferent && !asksForContacts(settings, aspect);
      }).map(([name]) => `${aspect}: ${name}`),
    );

    expect(missed).toEqual([]);
  });

  it('should say no to what most people have set', () => {
    expect(asksForContacts(DEFAULT_PRIVACY, 'messages')).toBe(false);
  });
});
