import { SessionsRepository } from '../../../src/auth/sessions.repository.js';
import { BlocksRepository } from '../../../src/users/blocks.repository.js';
import { ContactsRepository } from '../../../src/users/contacts.repository.js';
import { PrivacyRepository } from '../../../src/users/privacy.repository.js';
import { UserErasuresRepository } from '../../../src/users/user-erasures.repository.js';
import { UsersRepository } from '../../../src/users/users.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { media } from './media.plans.js';
import { hex, LATER, NOW, objectId, session, times, user } from './ids.js';

const SAVED = 1000;
const LEAVING = 20;
const some = [7, 8, 9].map((n) => hex(user(n)));

export function addUsers(add: AddPlan): void {
  add(UsersRepository, 'insert', (users) =>
    users.insert({
      email: 'new@example.com',
      passwordHash: 'hash',
      name: 'New',
      nameKey: 'new',
      createdAt: NOW,
    }),
  );
  add(UsersRepository, 'findById', (users) => users.findById(hex(user(7))));
  add(UsersRepository, 'findByIds', (users) => users.findByIds([7, 8, 9].map((n) => hex(user(n)))));
  add(UsersRepository, 'countByIds', (users) => users.countByIds([7, 8, 9].map((n) => hex(user(n)))), {
    keys: 10,
    docs: 4,
  });
  add(UsersRepository, 'countKnown', (users) => users.countKnown([7, 8, 9].map((n) => hex(user(n)))), {
    keys: 10,
  });
  add(UsersRepository, 'findByEmail', (users) => users.findByEmail('user7@example.com'));
  add(UsersRepository, 'findByEmailWithHash', (users) => users.findByEmailWithHash('user7@example.com'));
  add(UsersRepository, 'findPasswordHash', (users) => users.findPasswordHash(hex(user(7))));
  add(UsersRepository, 'replacePasswordHash', (users) =>
    users.replacePasswordHash(hex(user(7)), 'hash', 'other'),
  );
  add(UsersRepository, 'updateProfile', (users) => users.updateProfile(hex(user(7)), { about: 'hi' }));
  add(UsersRepository, 'findPageByPhone', (users) =>
    users.findPageByPhone('+4920', { afterId: null, limit: 50 }),
  );
  add(UsersRepository, 'findPageByPhone, second page', (users) =>
    users.findPageByPhone('+4917', { afterId: hex(user(7)), limit: 50 }),
  );
  add(UsersRepository, 'findPageByNamePrefix', (users) =>
    users.findPageByNamePrefix('user 1', { after: null, limit: 50 }),
  );
  add(UsersRepository, 'findPageByNamePrefix, second page', (users) =>
    users.findPageByNamePrefix('user 1', { after: { nameKey: 'user 1500', id: hex(user(1500)) }, limit: 50 }),
  );
  add(UsersRepository, 'setAvatar', (users) => users.setAvatar(hex(user(7)), hex(media(7))));
  add(UsersRepository, 'setAvatar, none', (users) => users.setAvatar(hex(user(7)), null));
  add(UsersRepository, 'findAvatarsAmong', (users) =>
    users.findAvatarsAmong([8, 9].map((n) => hex(media(n)))),
  );
  add(UsersRepository, 'bumpRev', (users) => users.bumpRev(hex(user(7))));
  add(UsersRepository, 'bumpRevs', (users) => users.bumpRevs(some), { keys: 10, docs: 3 });
  add(UsersRepository, 'recordLastSeen', (users) => users.recordLastSeen(some, NOW), { keys: 10, docs: 3 });

  add(UsersRepository, 'findRevs', (users) => users.findRevs(some));

  add(PrivacyRepository, 'find', (privacy) => privacy.find(some));
  add(PrivacyRepository, 'update', (privacy) =>
    privacy.update(hex(user(7)), { readReceipts: false, online: { level: 'nobody' } }),
  );
  add(PrivacyRepository, 'update of nothing', (privacy) => privacy.update(hex(user(7)), {}));
}

/** Accounts that were deleted: some wait for their first pass, some for their last. */
export function addErasures(add: AddPlan): void {
  const at = { now: NOW, dueAt: LATER };
  const passed = { now: NOW, nextAt: LATER };
  add(UserErasuresRepository, 'begin', (erasures) => erasures.begin(hex(user(11)), 'hash', at));
  add(UserErasuresRepository, 'begin, with another password', (erasures) =>
    erasures.begin(hex(user(12)), 'other', at),
  );
  add(UserErasuresRepository, 'findDue', (erasures) => erasures.findDue(NOW, 5));
  // Among few: those that have been through a pass are passed over.
  add(UserErasuresRepository, 'findUnfinished', (erasures) => erasures.findUnfinished(5), {
    keys: 2 * LEAVING,
    docs: 2 * LEAVING,
  });
  add(UserErasuresRepository, 'passed, first', (erasures) => erasures.passed(hex(user(11)), passed));
  add(UserErasuresRepository, 'passed, last', (erasures) => erasures.passed(hex(user(2990)), passed));
}

export function addSessions(add: AddPlan): void {
  add(SessionsRepository, 'insert', (sessions) =>
    sessions.insert({
      id: hex(session(99_999)),
      userId: hex(user(7)),
      deviceName: null,
      refreshHash: 'refresh',
      familyHash: 'family',
      createdAt: NOW,
      expiresAt: LATER,
    }),
  );
  const mine = { id: hex(session(7)), userId: hex(user(7)) };
  add(SessionsRepository, 'findLive', (sessions) => sessions.findLive([mine.id, hex(session(8))], NOW));
  add(SessionsRepository, 'markUsed', (sessions) => sessions.markUsed([mine.id, hex(session(8))], NOW));
  add(SessionsRepository, 'rotate', (sessions) =>
    sessions.rotate({ id: mine.id, fromHash: 'refresh', toHash: 'refresh', now: NOW, expiresAt: LATER }),
  );
  add(SessionsRepository, 'findFamily', (sessions) => sessions.findFamily(mine.id));
  add(SessionsRepository, 'findLivePage', (sessions) =>
    sessions.findLivePage(mine.userId, { beforeId: null, limit: 50, now: NOW }),
  );
  add(SessionsRepository, 'findLivePage, second page', (sessions) =>
    sessions.findLivePage(mine.userId, { beforeId: hex(session(1507)), limit: 50, now: NOW }),
  );
  add(SessionsRepository, 'removeExpired', (sessions) => sessions.removeExpired(mine.userId, NOW));
  add(SessionsRepository, 'remove', (sessions) => sessions.remove(hex(user(8)), hex(session(8))));
  add(SessionsRepository, 'removeAllBut', (sessions) => sessions.removeAllBut(hex(user(9)), hex(session(9))));
}

export function addSavedPeople(add: AddPlan): void {
  const owner = hex(user(0));
  for (const type of [ContactsRepository, BlocksRepository]) {
    add(type, 'add', (people) => people.add(owner, hex(user(2900)), NOW));
    add(type, 'add, again', (people) => people.add(owner, hex(user(2900)), NOW));
    add(type, 'remove', (people) => people.remove(owner, hex(user(2900))));
    // Counted in the index: bounded by the size of one list.
    add(type, 'hasRoomFor', (people) => people.hasRoomFor(owner, hex(user(2901)), 10), {
      keys: SAVED + 10,
      isCovered: true,
    });
    add(type, 'findPage', (people) => people.findPage(owner, { afterId: null, limit: 50 }), {
      isCovered: true,
    });
    add(
      type,
      'findPage, second page',
      (people) => people.findPage(owner, { afterId: hex(user(50)), limit: 50 }),
      {
        isCovered: true,
      },
    );
    add(type, 'findAll', (people) => people.findAll([owner, hex(user(5))]), { isCovered: true });
    add(type, 'findAmong', (people) => people.findAmong(owner, some), { isCovered: true });
    add(type, 'findOwnersAmong', (people) => people.findOwnersAmong(hex(user(5)), some), { keys: 10 });
    const pairs = some.flatMap((one) => [
      { ownerId: owner, userId: one },
      { ownerId: one, userId: owner },
    ]);
    add(type, 'findPairs', (people) => people.findPairs(pairs), { keys: 12, docs: 6 });
    add(type, 'findOwners', (people) => people.findOwners(hex(user(5)), 50));
    add(type, 'findOwnersOfAll', (people) => people.findOwnersOfAll([hex(user(5)), hex(user(6))], 50));
  }
  for (const type of [ContactsRepository, BlocksRepository]) {
    add(type, 'removeFrom', (people) => people.removeFrom(some, hex(user(5))), { keys: 10 });
    add(type, 'removeAllOf', (people) => people.removeAllOf(hex(user(2005))));
  }
  const between = { keys: 12, docs: 6 };
  add(BlocksRepository, 'findBetween', (blocks) => blocks.findBetween(owner, some), between);
  const pairs = some.map((one): [string, string] => [owner, one]);
  add(BlocksRepository, 'findWithin', (blocks) => blocks.findWithin(pairs), { keys: 24, docs: 6 });
  add(BlocksRepository, 'findSince', (blocks) => blocks.findSince(owner, some));
  add(BlocksRepository, 'findAround', (blocks) => blocks.findAround([hex(user(7)), hex(user(8))]));
}

export async function seedAccounts(insert: Insert): Promise<void> {
  /** One with a long list, one who is on many, and everybody else's short ones. */
  const saved = [
    ...times(SAVED, (n) => savedBy(0, n + 1)),
    ...times(2000, (n) => savedBy(n + 6, 5)),
    ...times(2000, (n) => savedBy(n + 6, ((n + 40) % 2500) + 6)),
  ];
  await Promise.all([
    insert('Contact', saved),
    insert('Block', saved),
    insert(
      'User',
      times(3000, (n) => ({
        _id: user(n),
        email: `user${n}@example.com`,
        passwordHash: 'hash',
        name: `User ${n}`,
        nameKey: `user ${n}`,
        about: '',
        phone: n % 10 ? null : `+49${n}`,
        ...(n % 3 === 0 && { avatarMediaId: media(n) }),
        rev: 1,
        createdAt: NOW,
        ...(n >= 3000 - LEAVING && {
          deletedAt: NOW,
          deletingAt: NOW,
          ...(n % 2 === 0 && { isErasedOnce: true }),
        }),
      })),
    ),
    insert(
      'Session',
      times(3000, (n) => ({
        _id: session(n),
        userId: user(n % 1500),
        deviceName: null,
        refreshHash: 'refresh',
        familyHash: 'family',
        createdAt: NOW,
        lastUsedAt: NOW,
        expiresAt: LATER,
      })),
    ),
  ]);
}

function savedBy(owner: number, other: number) {
  return { _id: objectId(60 + owner, other), ownerId: user(owner), userId: user(other), createdAt: NOW };
}
