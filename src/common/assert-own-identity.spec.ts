import { describe, expect, it } from 'vitest';

import { ForbiddenError } from './errors/app-error.js';
import { assertOwnIdentity } from './assert-own-identity.js';

describe('assertOwnIdentity', () => {
  it.each([{}, { userId: 'ann' }, { from: 'ann', senderId: 'ann' }, { userId: undefined }])(
    'should let %j pass',
    (claims) => {
      expect(() => assertOwnIdentity('ann', claims)).not.toThrow();
    },
  );

  it.each([
    { userId: 'bob' },
    { from: 'bob' },
    { senderId: 'bob' },
    { userId: 'ann', from: 'bob' },
    { userId: '' },
  ])('should refuse %j', (claims) => {
    expect(() => assertOwnIdentity('ann', claims)).toThrow(ForbiddenError);
  });
});
