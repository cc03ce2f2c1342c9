import type { CallState } from '../../../src/calls/call-state.js';
import { CallsRepository } from '../../../src/calls/calls.repository.js';
import { type CallTarget, newCall } from '../../../src/calls/new-call.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { chat, hex, LATER, NOW, objectId, times, user } from './ids.js';

const CALLS = 4000;
/** Of the calls these are live; one in two of them is overdue. */
const LIVE = 1000;
const call = (n: number) => objectId(7, n);
const isLive = (n: number) => n < LIVE;

export function addCalls(add: AddPlan): void {
  const target: CallTarget = {
    chatId: hex(chat(100_000)),
    isGroup: false,
    rungIds: [hex(user(100_001))],
    hiddenIds: [],
    toldIds: [],
  };
  const device = { socketId: 'socket', sessionId: 'session', nodeId: 'node' };
  const placed = newCall({
    id: hex(call(100_000)),
    callerId: hex(user(100_000)),
    device,
    callType: 'video',
    target,
    busyIds: new Set(),
    request: { key: 'new key', hash: 'hash' },
    now: NOW,
    ringMs: 45_000,
  });
  add(CallsRepository, 'newId', async (calls) => calls.newId());
  add(CallsRepository, 'insert', (calls) => calls.insert(placed));
  add(CallsRepository, 'insert, again', (calls) => calls.insert({ ...placed, id: hex(call(100_001)) }));
  add(CallsRepository, 'replace', (calls) => calls.replace({ ...placed, version: 1 }));
  add(CallsRepository, 'replace, too late', (calls) => calls.replace({ ...placed, version: 1 }));
  add(CallsRepository, 'findById', (calls) => calls.findById(hex(call(7))));
  add(CallsRepository, 'findLiveIn', (calls) => calls.findLiveIn(hex(chat(7))));
  add(CallsRepository, 'findLiveIn, none', (calls) => calls.findLiveIn(hex(chat(LIVE + 7))));
  // One step of the index for each chat that has no call.
  const chatIds = times(200, (n) => hex(chat(LIVE - 100 + n)));
  add(CallsRepository, 'findLiveInAny', (calls) => calls.findLiveInAny(chatIds), { keys: 201 });
  add(CallsRepository, 'findLiveOf', (calls) => calls.findLiveOf([hex(user(14)), hex(user(17))]));
  add(CallsRepository, 'findByRequest', (calls) => calls.findByRequest('key 7'));
  add(CallsRepository, 'releaseRequest', (calls) => calls.releaseRequest('key 7', LATER));
  const first = { after: null, limit: 50 };
  const after = { createdAt: new Date(NOW.getTime() - 2000), id: hex(call(2000)) };
  const somebody = hex(user(0));
  add(CallsRepository, 'findShown', (calls) => calls.findShown(somebody, first));
  add(CallsRepository, 'findShown, second page', (calls) => calls.findShown(somebody, { after, limit: 50 }));
  add(CallsRepository, 'findShown of a state', (calls) => calls.findShown(`${somebody}:missed`, first));
  add(CallsRepository, 'findDue', (calls) => calls.findDue(NOW, 100));
  add(CallsRepository, 'findLivePage', (calls) => calls.findLivePage(null, 100));
  add(CallsRepository, 'findLivePage, later', (calls) => calls.findLivePage(hex(chat(500)), 100));
  add(CallsRepository, 'findUntraced', (calls) => calls.findUntraced(NOW, 100));
  add(CallsRepository, 'markTraced', (calls) => calls.markTraced(hex(call(LIVE + 7))));
}

/** Everybody is in one live call; `user(0)` has been called in all the others. */
export async function seedCalls(insert: Insert): Promise<void> {
  await insert(
    'Call',
    times(CALLS, (n) => {
      const callerId = user(2 * n + 1);
      const calleeId = isLive(n) ? user(2 * n + 2) : user(0);
      const state: CallState = isLive(n) ? 'active' : n % 2 ? 'missed' : 'ended';
      return {
        _id: call(n),
        version: 3,
        chatId: chat(n),
        isGroup: false,
        callType: 'audio',
        callerId,
        state,
        seats: [
          { userId: callerId, state: 'left' },
          { userId: calleeId, state: 'left' },
        ],
        hiddenFrom: [],
        createdAt: new Date(NOW.getTime() - n),
        ringUntil: NOW,
        requests: [{ key: `key ${n}`, hash: 'hash' }],
        isLive: isLive(n),
        busyUserIds: isLive(n) ? [callerId, calleeId] : [],
        ...(isLive(n) && { deadlineAt: n % 2 ? NOW : LATER }),
        ...(!isLive(n) && { endedAt: new Date(NOW.getTime() - n), isTraced: n % 3 > 0 }),
        shownTo: [callerId, calleeId].flatMap((id) => [hex(id), `${hex(id)}:${state}`]),
      };
    }),
  );
}
