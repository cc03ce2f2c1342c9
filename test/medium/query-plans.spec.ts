import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, databaseUri, type TestApp } from '../support/create-test-app.js';
import {
  type AddPlan,
  type Budget,
  type Insert,
  PlanRecorder,
  type Repository,
} from '../support/query-plans.js';
import {
  addErasures,
  addSavedPeople,
  addSessions,
  addUsers,
  seedAccounts,
} from './query-plans/accounts.plans.js';
import { addCalls, seedCalls } from './query-plans/calls.plans.js';
import {
  addChatLog,
  addExpiredMessages,
  addMessageChanges,
  seedChatLog,
} from './query-plans/chat-log.plans.js';
import { addChats, addMembers, addPreferences, addReceipts, seedChats } from './query-plans/chats.plans.js';
import { addInvites, seedInvites } from './query-plans/invites.plans.js';
import { addMarks, seedMarks } from './query-plans/marks.plans.js';
import { addMedia, seedMedia } from './query-plans/media.plans.js';
import { addOperations, seedOperations } from './query-plans/operations.plans.js';
import {
  addConnections,
  addPreviews,
  addScheduled,
  seedConnections,
  seedPreviews,
  seedScheduled,
} from './query-plans/messages.plans.js';
import { addSearch, seedSearch } from './query-plans/search.plans.js';
import { addStatuses, addStatusRest, addStatusViewings, seedStatuses } from './query-plans/status.plans.js';

/** Every repository of the server, found by its file's name. */
const MODULES = (
  import.meta as unknown as { glob(path: string, options: { eager: true }): Record<string, object> }
).glob('../../src/**/*.repository.ts', { eager: true });
const CLASSES = Object.values(MODULES).flatMap((module) =>
  Object.values(module).filter(
    (value): value is Repository => typeof value === 'function' && value.name.endsWith('Repository'),
  ),
);
/** Without those that others extend. */
const REPOSITORIES = CLASSES.filter((type) => !CLASSES.some((other) => other.prototype instanceof type));

const DATABASE = `query_plans_${randomBytes(4).toString('hex')}`;

/** Enough of everything that a scan would show. */
const SEEDS = [
  seedAccounts,
  seedChats,
  seedChatLog,
  seedMarks,
  seedStatuses,
  seedInvites,
  seedMedia,
  seedCalls,
  seedOperations,
  seedScheduled,
  seedPreviews,
  seedConnections,
  seedSearch,
];

describe('query plans', () => {
  let app: TestApp;
  let recorder: PlanRecorder;
  const instances = new Map<Repository, object>();

  beforeAll(async () => {
    const MONGODB_URI = databaseUri(DATABASE);
    app = await createTestApp({ MONGODB_URI });
    const insert: Insert = async (model, rows) =>
      app.connection.model(model).collection.insertMany(rows, { ordered: false });
    await Promise.all(SEEDS.map((seed) => seed(insert)));
    recorder = await PlanRecorder.open(MONGODB_URI);
    for (const type of REPOSITORIES)
      instances.set(type, recorder.monitored(app.app.get<object>(type, { strict: false })));
  }, 60_000);

  afterAll(async () => {
    await recorder.connection.dropDatabase();
    await recorder.connection.close();
    await app.close();
  });

  const cases: [string, Repository, (repository: never) => Promise<unknown>, Budget?][] = [];
  const add: AddPlan = (type, name, call, budget) =>
    cases.push([`${type.name}: ${name}`, type, call, budget]);
  for (const addCases of [
    addUsers,
    addErasures,
    addSessions,
    addSavedPeople,
    addChats,
    addMembers,
    addChatLog,
    addPreferences,
    addMessageChanges,
    addExpiredMessages,
    addMarks,
    addReceipts,
    addStatuses,
    addStatusViewings,
    addStatusRest,
    addCalls,
    addInvites,
    addMedia,
    addOperations,
    addScheduled,
    addPreviews,
    addConnections,
    addSearch,
  ])
    addCases(add);

  for (const [name, type, call, budget = {}] of cases) {
    it(`should answer by an index: ${name}`, async () => {
      const plans = await recorder.plansOf(() => call(instances.get(type) as never));

      const unwanted = budget.sorts ? ['COLLSCAN'] : ['COLLSCAN', 'SORT'];
      for (const plan of plans) {
        expect(
          plan.stages.filter((stage) => unwanted.includes(stage)),
          plan.command,
        ).toEqual([]);
        expect(plan.keys, `keys of ${plan.command}`).toBeLessThanOrEqual(plan.returned + (budget.keys ?? 3));
        expect(plan.docs, `documents of ${plan.command}`).toBeLessThanOrEqual(
          budget.isCovered ? 0 : plan.returned + (budget.docs ?? 2),
        );
      }
    });
  }

  it('should notice a scan', async () => {
    const users = recorder.connection.model('User');
    const plans = await recorder.plansOf(() => users.find({ about: 'x' }).sort({ about: 1 }));

    expect(plans[0]).toMatchObject({
      stages: expect.arrayContaining(['COLLSCAN', 'SORT']) as unknown,
      returned: 0,
    });
    expect(plans[0]?.docs).toBeGreaterThan(2000);
  });

  it('should have looked at every method of every repository', () => {
    const methods = REPOSITORIES.flatMap((type) =>
      methodsOf(type.prototype as object).map((name) => `${type.name}.${name}`),
    );

    expect(methods.length).toBeGreaterThan(100);
    expect(methods.filter((method) => !recorder.called.has(method))).toEqual([]);
  });
});

/** The inherited ones too. */
function methodsOf(prototype: object): string[] {
  if (prototype === Object.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name);
  return [...own, ...methodsOf(Object.getPrototypeOf(prototype) as object)];
}
