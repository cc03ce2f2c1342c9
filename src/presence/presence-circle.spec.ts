import { describe, expect, it } from 'vitest';

import { RelationsService } from '../chats/relations.service.js';
import { MAX_LISTS } from '../database/shared-query.js';
import { ContactsService } from '../users/contacts.service.js';
import { PrivacyService } from '../users/privacy.service.js';
import { PresenceCircle } from './presence-circle.js';

function stub<T extends object>(type: { prototype: T }, methods: Partial<T>): T {
  return Object.assign(Object.create(type.prototype) as T, methods);
}

describe('PresenceCircle', () => {
  it('should look a bounded number of circles up at once, whoever comes: some are of thousands', async () => {
    const asked: number[] = [];
    const circle = new PresenceCircle(
      stub(RelationsService, { directPartnersOf: (ids) => Promise.resolve(new Map([[ids[0]!, ['bob']]])) }),
      stub(ContactsService, {}),
      stub(PrivacyService, {
        contactsOfAll: (ids) => {
          asked.push(ids.length);
          return Promise.resolve(new Map(ids.map((id) => [id, [`friend of ${id}`]])));
        },
      }),
    );
    const ids = Array.from({ length: 2 * MAX_LISTS + 1 }, (_, n) => `user ${n}`);

    const circles = await Promise.all(ids.map((id) => circle.innerCircle(id)));

    expect(asked).toEqual([MAX_LISTS, MAX_LISTS, 1]);
    expect(circles[1]).toEqual(new Set(['friend of user 1']));
    expect(circles[0]).toEqual(new Set(['friend of user 0', 'bob']));
  });
});
