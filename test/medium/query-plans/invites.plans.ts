import { type Invite, InvitesRepository } from '../../../src/chats/invites/invites.repository.js';
import { JoinRequestsRepository } from '../../../src/chats/invites/join-requests.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { chat, hex, LATER, long, NOW, objectId, times, user } from './ids.js';

/** Working at one time. */
const PER_CHAT = 20;
const WAITING = 300;
const INVITES = 61;
/** Of the last chat's. */
const MAKER = 40;

export function addInvites(add: AddPlan): void {
  const invite = (n: number, maxUses: number | null): Invite => ({
    id: hex(objectId(INVITES, n)),
    chatId: long(0),
    token: `token ${n}`,
    expiresAt: null,
    maxUses,
    uses: 0,
    revokedAt: null,
  });
  add(InvitesRepository, 'insert', (invites) =>
    invites.insert({
      chatId: long(0),
      token: 'new',
      createdBy: hex(user(1)),
      createdAt: NOW,
      expiresAt: null,
      maxUses: 2,
    }),
  );
  add(InvitesRepository, 'findByCreationKey', (invites) => invites.findByCreationKey('key 7'));
  add(InvitesRepository, 'releaseCreationKey', (invites) => invites.releaseCreationKey('key 8', LATER));
  add(InvitesRepository, 'findByToken', (invites) => invites.findByToken('token 7'));
  // Bounded by the invites of one group of the last month.
  add(InvitesRepository, 'findLive', (invites) => invites.findLive(long(0), NOW, PER_CHAT), {
    keys: PER_CHAT,
    docs: PER_CHAT,
  });
  add(InvitesRepository, 'claim', (invites) => invites.claim(invite(1, 5), hex(user(1)), NOW));
  add(InvitesRepository, 'claim, again', (invites) => invites.claim(invite(1, 5), hex(user(1)), NOW));
  add(InvitesRepository, 'claim, unbounded', (invites) => invites.claim(invite(2, null), hex(user(1)), NOW));
  add(InvitesRepository, 'release', (invites) => invites.release(hex(objectId(INVITES, 1)), hex(user(1))));
  add(InvitesRepository, 'release, unbounded', (invites) =>
    invites.release(hex(objectId(INVITES, 2)), hex(user(1))),
  );
  add(InvitesRepository, 'revokeAll', (invites) => invites.revokeAll(long(1), LATER), {
    keys: PER_CHAT,
    docs: PER_CHAT,
  });
  add(InvitesRepository, 'purge', (invites) => invites.purge(long(2), NOW), {
    keys: PER_CHAT + 2,
    docs: PER_CHAT + 2,
  });
  const maker = hex(user(MAKER));
  add(InvitesRepository, 'findMadeBehind', (invites) => invites.findMadeBehind(maker, null, 10));
  add(InvitesRepository, 'findMadeBehind, second page', (invites) =>
    invites.findMadeBehind(maker, hex(objectId(INVITES, 1000)), 10),
  );
  add(InvitesRepository, 'removeAllMadeBy', (invites) => invites.removeAllMadeBy(hex(user(MAKER + 1))));
  add(JoinRequestsRepository, 'add', (requests) =>
    requests.add(long(0), hex(user(2000)), hex(objectId(INVITES, 1)), NOW),
  );
  add(JoinRequestsRepository, 'has', (requests) => requests.has(long(0), hex(user(7))));
  add(JoinRequestsRepository, 'findPage', (requests) => requests.findPage(long(0), null, 50));
  add(JoinRequestsRepository, 'findPage, second page', (requests) =>
    requests.findPage(long(0), hex(user(50)), 50),
  );
  add(JoinRequestsRepository, 'findAmong', (requests) =>
    requests.findAmong(
      long(0),
      [1, 2, 2500].map((n) => hex(user(n))),
    ),
  );
  add(JoinRequestsRepository, 'findOfBehind', (requests) => requests.findOfBehind(hex(user(3)), null, 50));
  add(JoinRequestsRepository, 'findOfBehind, second page', (requests) =>
    requests.findOfBehind(hex(user(3)), hex(chat(1000)), 50),
  );
  add(JoinRequestsRepository, 'removeAllOf', (requests) => requests.removeAllOf(hex(user(200))));
  add(JoinRequestsRepository, 'remove', (requests) => requests.remove(long(0), hex(user(9))));
}

export async function seedInvites(insert: Insert): Promise<void> {
  await Promise.all([
    insert(
      'ChatInvite',
      times(101 * PER_CHAT, (n) => ({
        _id: objectId(INVITES, n),
        chatId: chat(Math.floor(n / PER_CHAT)),
        token: `token ${n}`,
        createdBy: user(n < 2000 ? 0 : MAKER),
        createdAt: NOW,
        expiresAt: null,
        maxUses: n % 2 ? 5 : null,
        uses: 0,
        ...(n % 2 && { usedBy: [] }),
        revokedAt: null,
        creationKey: `key ${n}`,
      })),
    ),
    insert('ChatJoinRequest', [
      ...times(WAITING, (n) => ({ _id: objectId(62, n), chatId: chat(0), userId: user(n), createdAt: NOW })),
      ...times(2000, (n) => ({
        _id: objectId(63, n),
        chatId: chat(n + 1),
        userId: user(n % 10),
        createdAt: NOW,
      })),
    ]),
  ]);
}
