import { describe, expect, it } from 'vitest';

import { ValidationError } from '../common/errors/app-error.js';
import { checkedAudience, frozenViewers } from './audience.js';
import type { FrozenAudience } from './status.record.js';

const contacts = ['ann', 'bob', 'cleo'];

describe('frozenViewers', () => {
  it.each<[FrozenAudience, string[] | null]>([
    [{ level: 'everyone' }, null],
    [{ level: 'contacts' }, ['ann', 'bob', 'cleo']],
    [{ level: 'contacts_except', userIds: ['bob', 'eve'] }, ['ann', 'cleo']],
    [{ level: 'contacts_except', userIds: [] }, ['ann', 'bob', 'cleo']],
    [{ level: 'only', userIds: ['bob', 'dan'] }, ['bob', 'dan']],
    [{ level: 'only', userIds: [] }, []],
    [{ level: 'nobody' }, []],
  ])('should make of %j the people %j', (audience, people) => {
    expect(frozenViewers(audience, contacts)).toEqual(people);
  });

  it('should hold a copy: a contact made later is not in it', () => {
    const later = [...contacts];
    const frozen = frozenViewers({ level: 'contacts' }, later);

    later.push('dan');

    expect(frozen).toEqual(contacts);
  });
});

describe('checkedAudience', () => {
  it.each<FrozenAudience>([{ level: 'only' }, { level: 'contacts_except' }])(
    'should take %j for one that names nobody',
    (audience) => {
      expect(checkedAudience('me', audience)).toEqual({ ...audience, userIds: [] });
    },
  );

  it.each<FrozenAudience>([
    { level: 'everyone', userIds: ['ann'] },
    { level: 'contacts', userIds: [] },
    { level: 'nobody', userIds: ['ann'] },
  ])('should refuse people with %j', (audience) => {
    expect(() => checkedAudience('me', audience)).toThrow(ValidationError);
  });

  it('should drop the author, who sees it anyway', () => {
    expect(checkedAudience('me', { level: 'only', userIds: ['ann', 'me'] })).toEqual({
      level: 'only',
      userIds: ['ann'],
    });
  });
});
