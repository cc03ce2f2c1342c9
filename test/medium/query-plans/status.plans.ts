import { StatusErasureRepository } from '../../../src/status/status-erasure.repository.js';
import { StatusListsRepository } from '../../../src/status/status-lists.repository.js';
import { StatusMutesRepository } from '../../../src/status/status-mutes.repository.js';
import { StatusQuotasRepository } from '../../../src/status/status-quotas.repository.js';
import { StatusViewingsRepository } from '../../../src/status/status-viewings.repository.js';
import { StatusesRepository } from '../../../src/status/statuses.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { media } from './media.plans.js';
import { hex, LATER, NOW, objectId, status, times, user } from './ids.js';

const STATUSES = 3000;
const EXPIRED = 1000;
const VIEWERS = 1000;
/** Of `user(0)`, who posts a lot, and whom `user(1)` may see by name. */
const OWN = 200;
/** Below it are expired rows. */
const SWEPT_AT = new Date(NOW.getTime() - 3_600_000);

export function addStatuses(add: AddPlan): void {
  const content = { type: 'text' as const, text: 'x', audience: { level: 'only' as const } };
  const dates = { createdAt: NOW, expiresAt: LATER, purgeAt: LATER };
  const posted = { ...content, ...dates, userId: hex(user(9)), viewerIds: [hex(user(1))] };
  add(StatusesRepository, 'insert', (statuses) => statuses.insert({ ...posted, creationKey: 'key' }));
  add(StatusesRepository, 'insert, again', (statuses) => statuses.insert({ ...posted, creationKey: 'key' }));
  add(StatusesRepository, 'findByCreationKey', (statuses) => statuses.findByCreationKey('key 7', NOW));
  add(StatusesRepository, 'releaseCreationKey', (statuses) => statuses.releaseCreationKey('key 7', LATER));
  add(StatusesRepository, 'findLive', (statuses) => statuses.findLive(hex(status(7)), hex(user(1)), NOW));
  add(StatusesRepository, 'findLiveByMedia', (statuses) =>
    statuses.findLiveByMedia(hex(media(7)), hex(user(1)), NOW),
  );
  add(
    StatusesRepository,
    'findHeldMedia',
    (statuses) =>
      statuses.findHeldMedia(
        [7, 8, 2000].map((n) => hex(media(n))),
        NOW,
      ),
    { keys: 10 },
  );
  add(StatusesRepository, 'remove', (statuses) =>
    statuses.remove(hex(status(STATUSES - 1)), hex(user(99)), NOW),
  );
  // In batches, along the index of the time; the next batch is there when the plan is made.
  add(StatusesRepository, 'sweep', (statuses) => statuses.sweep(NOW, 100), { keys: 110, docs: 100 });

  add(StatusListsRepository, 'findLiveOf', (lists) =>
    lists.findLiveOf(hex(user(0)), NOW, { after: null, limit: 50 }),
  );
  add(StatusListsRepository, 'findLiveOf, second page', (lists) =>
    lists.findLiveOf(hex(user(0)), NOW, { after: { expiresAt: LATER, id: hex(status(100)) }, limit: 50 }),
  );
  add(
    StatusListsRepository,
    'findAuthorsAmong',
    (lists) => lists.findAuthorsAmong([hex(user(0)), hex(user(1))], NOW),
    { keys: 1000, isCovered: true },
  );
  // By name and by circle at once: sorted in memory, bounded by the live statuses that one may see.
  add(
    StatusListsRepository,
    'findHeadsFor',
    (lists) =>
      lists.findHeadsFor(
        hex(user(1)),
        times(50, (n) => hex(user(n + 100))),
        { now: NOW, limit: 500 },
      ),
    { sorts: true, keys: 200, docs: 100 },
  );
  add(StatusListsRepository, 'findLiveByIds', (lists) =>
    lists.findLiveByIds(
      [7, 8, 9].map((n) => hex(status(n))),
      NOW,
    ),
  );
}

export function addStatusViewings(add: AddPlan): void {
  const viewing = { statusId: hex(status(7)), viewerId: hex(user(2900)) };
  add(StatusViewingsRepository, 'insert', (viewings) =>
    viewings.insert({ ...viewing, viewedAt: NOW, isShared: true, expiresAt: LATER }),
  );
  const { statusId, viewerId } = viewing;
  add(StatusViewingsRepository, 'setEmoji', (viewings) => viewings.setEmoji(statusId, viewerId, '👍'));
  add(StatusViewingsRepository, 'unsetEmoji', (viewings) => viewings.unsetEmoji(statusId, viewerId));
  const first = { after: null, limit: 50, onlyReacted: false };
  const after = { viewedAt: new Date(NOW.getTime() - 100), userId: hex(user(100)) };
  const seen = hex(status(0));
  add(StatusViewingsRepository, 'findPage', (viewings) => viewings.findPage(seen, first));
  add(StatusViewingsRepository, 'findPage, second page', (viewings) =>
    viewings.findPage(seen, { ...first, after }),
  );
  // A reaction is not in the index: bounded by the viewers of one status.
  const reacted = { keys: VIEWERS, docs: VIEWERS };
  add(
    StatusViewingsRepository,
    'findPage of reactions',
    (viewings) => viewings.findPage(seen, { ...first, onlyReacted: true }),
    reacted,
  );
  const both = [seen, hex(status(1))];
  add(StatusViewingsRepository, 'count', (viewings) => viewings.count(both, false), {
    keys: 2 * VIEWERS,
    isCovered: true,
  });
  add(StatusViewingsRepository, 'count of reactions', (viewings) => viewings.count(both, true), {
    keys: 2 * VIEWERS,
    docs: 2 * VIEWERS,
  });
  add(StatusViewingsRepository, 'findSeen', (viewings) => viewings.findSeen(hex(user(5)), NOW), {
    isCovered: true,
  });
  add(StatusViewingsRepository, 'findLooks', (viewings) => viewings.findLooks(hex(user(5)), NOW));
  add(StatusViewingsRepository, 'sweep', (viewings) => viewings.sweep(NOW, 100), { keys: 110, docs: 100 });
  add(StatusViewingsRepository, 'removeOf', (viewings) => viewings.removeOf(hex(status(2))));
}

export function addStatusRest(add: AddPlan): void {
  const owner = hex(user(0));
  add(StatusMutesRepository, 'insert', (mutes) => mutes.insert(owner, hex(user(2900))));
  add(StatusMutesRepository, 'insert, again', (mutes) => mutes.insert(owner, hex(user(2900))));
  add(StatusMutesRepository, 'remove', (mutes) => mutes.remove(owner, hex(user(2900))));
  add(StatusMutesRepository, 'count', (mutes) => mutes.count(owner), { keys: 510, isCovered: true });
  add(StatusMutesRepository, 'find', (mutes) => mutes.find(owner, 100), { isCovered: true });
  add(
    StatusMutesRepository,
    'findMuted',
    (mutes) => mutes.findMuted(owner, [hex(user(7)), hex(user(2800))]),
    {
      isCovered: true,
    },
  );

  add(StatusErasureRepository, 'removeAllOf', (erasure) => erasure.removeAllOf(hex(user(150))), { docs: 3 });

  const quota = { limit: 100, windowMs: 86_400_000 };
  add(StatusQuotasRepository, 'take', (quotas) => quotas.take(hex(user(7)), NOW, quota));
  add(StatusQuotasRepository, 'take, first', (quotas) => quotas.take(hex(user(2950)), NOW, quota));
  add(StatusQuotasRepository, 'sweep', (quotas) => quotas.sweep(NOW));
}

export async function seedStatuses(insert: Insert): Promise<void> {
  const dates = (isLive: boolean) => ({ createdAt: NOW, expiresAt: isLive ? LATER : SWEPT_AT });
  await Promise.all([
    insert('Status', [
      ...times(STATUSES, (n) => ({
        _id: status(n),
        userId: user(n < OWN ? 0 : n % 100 === 99 ? 99 : n),
        type: 'text',
        text: `status ${n}`,
        ...(n % 3 === 0 && { mediaId: hex(media(n)) }),
        ...dates(true),
        purgeAt: LATER,
        creationKey: `key ${n}`,
        audience: { level: n % 2 ? 'everyone' : 'contacts' },
        ...(n % 2 === 0 && { viewerIds: [user(n % 20 ? 2000 : 1), user(2001)] }),
      })),
      ...times(EXPIRED, (n) => ({
        _id: status(10_000 + n),
        userId: user(n),
        ...dates(false),
        purgeAt: n % 2 ? LATER : SWEPT_AT,
        audience: { level: 'everyone' },
      })),
    ]),
    insert('StatusViewing', [
      ...times(3 * VIEWERS, (n) => viewingOf(n % 3, Math.floor(n / 3), n, dates(true))),
      ...times(EXPIRED, (n) => viewingOf(10_000 + n, 5, n, dates(false))),
    ]),
    insert(
      'StatusMute',
      times(2000, (n) => ({ _id: objectId(5, n), ownerId: user(n % 4), userId: user(n + 4) })),
    ),
    insert(
      'StatusQuota',
      times(1000, (n) => ({ _id: user(n), posts: [NOW], expiresAt: LATER })),
    ),
  ]);
}

function viewingOf(statusNumber: number, viewer: number, n: number, dates: { expiresAt: Date }) {
  return {
    statusId: status(statusNumber),
    viewerId: user(viewer),
    viewedAt: new Date(NOW.getTime() - n),
    isShared: true,
    isListed: true,
    ...(n % 10 === 0 && { emoji: '👍' }),
    expiresAt: dates.expiresAt,
  };
}
