import { randomBytes } from 'node:crypto';

import { createConnection, Model, type Connection, type mongo, Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SessionsRepository } from '../../src/auth/sessions.repository.js';
import { ChatMembersRepository } from '../../src/chats/chat-members.repository.js';
import { ChatsRepository } from '../../src/chats/chats.repository.js';
import { ChatLogRepository } from '../../src/chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../../src/chats/log/chat-log.schema.js';
import { ChatReceiptsRepository } from '../../src/chats/receipts/chat-receipts.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { createTestApp, databaseUri, type TestApp } from '../support/create-test-app.js';

type Repository = new (...args: never[]) => object;

/** Every repository of the server, found by its file's name. */
const MODULES = (
  import.meta as unknown as { glob(path: string, options: { eager: true }): Record<string, object> }
).glob('../../src/**/*.repository.ts', { eager: true });
const REPOSITORIES = Object.values(MODULES).flatMap((module) =>
  Object.values(module).filter(
    (value): value is Repository => typeof value === 'function' && value.name.endsWith('Repository'),
  ),
);

const DATABASE = `query_plans_${randomBytes(4).toString('hex')}`;
const MESSAGES_PER_CHAT = 5000;
const CHATS = 200;
const GROUP_MEMBERS = 300;
const NOW = new Date();
const LATER = new Date(NOW.getTime() + 3_600_000);

/** The same id for the same number, wherever it is named. */
const objectId = (kind: number, n: number) =>
  new Types.ObjectId(kind.toString(16).padStart(8, '0') + n.toString(16).padStart(16, '0'));
const user = (n: number) => objectId(1, n);
const chat = (n: number) => objectId(2, n);
const session = (n: number) => objectId(3, n);
const hex = (id: Types.ObjectId) => id.toHexString();
const long = (n: number) => hex(chat(n)); // chats 0, 1 and 2 have many messages

interface Plan {
  command: string;
  stages: string[];
  keys: number;
  docs: number;
  returned: number;
}

/** What a case may cost beyond what it answers. */
interface Budget {
  keys?: number;
  docs?: number;
  /** Sorts a bounded set in memory. */
  sorts?: true;
  /** Reads the index alone. */
  isCovered?: true;
}

describe('query plans', () => {
  let app: TestApp;
  let connection: Connection;
  let recorded: mongo.Document[];
  const called = new Set<string>();
  const instances = new Map<Repository, object>();

  beforeAll(async () => {
    const MONGODB_URI = databaseUri(DATABASE);
    app = await createTestApp({ MONGODB_URI });
    await seed(app.connection);
    connection = await createConnection(MONGODB_URI, { monitorCommands: true, autoIndex: false }).asPromise();
    recorded = [];
    connection.getClient().on('commandStarted', ({ command }) => recorded.push(command));
    for (const type of REPOSITORIES)
      instances.set(type, monitored(app.app.get<object>(type, { strict: false })));
  }, 60_000);

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
    await app.close();
  });

  /** The same repository over a connection that reports its commands; notes which methods are called. */
  const monitored = (repository: object): object => {
    const copy = Object.create(Object.getPrototypeOf(repository) as object) as Record<string, unknown>;
    for (const [name, value] of Object.entries(repository)) {
      const isModel = typeof value === 'function' && value.prototype instanceof Model;
      const model = value as typeof Model;
      copy[name] = isModel ? connection.model(model.modelName, model.schema) : (value as unknown);
    }
    return new Proxy(copy, {
      get(target, name, receiver) {
        if (typeof name === 'string') called.add(`${repository.constructor.name}.${name}`);
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  };

  const plansOf = async <T extends object>(
    type: new (...args: never[]) => T,
    call: (repository: T) => Promise<unknown>,
  ): Promise<Plan[]> => {
    recorded.length = 0;
    await call(instances.get(type) as T);
    const plans: Plan[] = [];
    for (const command of recorded.splice(0).flatMap(explainable))
      plans.push(await explain(connection, command));
    return plans;
  };

  const cases: [string, Repository, (repository: never) => Promise<unknown>, Budget?][] = [];
  const add = <T extends object>(
    type: new (...args: never[]) => T,
    name: string,
    call: (repository: T) => Promise<unknown>,
    budget?: Budget,
  ) => cases.push([`${type.name}: ${name}`, type, call, budget]);

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
  });
  add(UsersRepository, 'findByEmail', (users) => users.findByEmail('user7@example.com'));
  add(UsersRepository, 'findByEmailWithHash', (users) => users.findByEmailWithHash('user7@example.com'));
  add(UsersRepository, 'findPasswordHash', (users) => users.findPasswordHash(hex(user(7))));
  add(UsersRepository, 'replacePasswordHash', (users) =>
    users.replacePasswordHash(hex(user(7)), 'hash', 'other'),
  );
  add(UsersRepository, 'updateProfile', (users) => users.updateProfile(hex(user(7)), { about: 'hi' }));
  add(UsersRepository, 'findPageByPhone', (users) =>
    users.findPageByPhone('+4917', { afterId: null, limit: 50 }),
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
  add(SessionsRepository, 'findLastUse', (sessions) => sessions.findLastUse({ ...mine, now: NOW }));
  add(SessionsRepository, 'markUsed', (sessions) => sessions.markUsed(mine.id, NOW));
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

  add(ChatsRepository, 'insertOrFind, new', (chats) =>
    chats.insertOrFind({ type: 'direct', createdBy: hex(user(1)), createdAt: NOW, directKey: 'a:b' }),
  );
  add(ChatsRepository, 'insertOrFind, by pair', (chats) =>
    chats.insertOrFind({ type: 'direct', createdBy: hex(user(1)), createdAt: NOW, directKey: 'a:b' }),
  );
  add(ChatsRepository, 'insertOrFind, by creation key', async (chats) => {
    const group = {
      type: 'group' as const,
      title: 't',
      createdBy: hex(user(1)),
      createdAt: NOW,
      creationKey: 'key',
    };
    await chats.insertOrFind(group);
    await chats.insertOrFind(group);
  });
  add(ChatsRepository, 'releaseCreationKey', (chats) => chats.releaseCreationKey('key', LATER));
  add(ChatsRepository, 'findById', (chats) => chats.findById(long(0)));
  add(ChatsRepository, 'findByIds', (chats) => chats.findByIds([long(0), long(1)]));
  const allChats = Array.from({ length: CHATS }, (_, n) => hex(chat(n)));
  // A list is sorted in memory: bounded by the chats of one user.
  add(ChatsRepository, 'findPageByActivity', (chats) => chats.findPageByActivity(allChats, null, 50), {
    sorts: true,
    keys: 2 * CHATS,
    docs: CHATS,
  });
  add(
    ChatsRepository,
    'findPageByActivity, second page',
    (chats) => chats.findPageByActivity(allChats, { lastActivityAt: NOW, chatId: long(2) }, 50),
    { sorts: true, keys: 2 * CHATS, docs: CHATS },
  );
  add(ChatsRepository, 'markProjected', (chats) =>
    chats.markProjected(long(0), { rev: 1, memberCount: 2, at: NOW }),
  );
  add(ChatsRepository, 'moveWatermarks', (chats) =>
    chats.moveWatermarks([0, 1].map((n) => ({ chatId: long(n), projectedRev: 2, lastActivityAt: NOW }))),
  );

  add(ChatMembersRepository, 'find', (members) => members.find(long(0), hex(user(7))));
  add(ChatMembersRepository, 'findByUser', (members) => members.findByUser(hex(user(0))), {
    keys: 10,
    docs: 10,
  });
  // In the order of joining, which no index has: bounded by the size of a group.
  add(ChatMembersRepository, 'findActive', (members) => members.findActive([long(0), long(1)], 100), {
    sorts: true,
    keys: 10,
    docs: GROUP_MEMBERS,
  });
  add(ChatMembersRepository, 'findPage', (members) => members.findPage(long(0), null, 50));
  add(ChatMembersRepository, 'findPage, second page', (members) =>
    members.findPage(long(0), hex(user(50)), 50),
  );
  add(ChatMembersRepository, 'findDirectPartners', (members) => members.findDirectPartners(hex(user(0))));
  add(
    ChatMembersRepository,
    'findChatMates',
    (members) =>
      members.findChatMates(
        hex(user(0)),
        [1, 2, 3].map((n) => hex(user(n))),
      ),
    { keys: 3 * CHATS, docs: CHATS },
  );
  add(ChatMembersRepository, 'hide', (members) => members.hide(long(0), hex(user(7)), 1));
  const change = (rev: number, rest: Partial<ChatLogRow>) =>
    rowOf(0, rev, { seq: undefined, lastSeq: MESSAGES_PER_CHAT, ...rest });
  const roster = [{ userId: user(2900), role: 'member' as const }];
  add(ChatMembersRepository, 'project, added', (members) =>
    members.project(change(90_001, { kind: 'members_added', members: roster }), 'group'),
  );
  add(ChatMembersRepository, 'project, role', (members) =>
    members.project(change(90_002, { kind: 'member_role', members: roster }), 'group'),
  );
  add(ChatMembersRepository, 'project, removed', (members) =>
    members.project(
      change(90_003, { kind: 'member_removed', removedId: user(2900), newOwnerId: user(1) }),
      'group',
    ),
  );

  add(ChatLogRepository, 'insertInOrder', (log) => log.insertInOrder([rowOf(0, 90_000)]));
  add(ChatLogRepository, 'findByIds', (log) => log.findByIds([objectId(10, 5), objectId(10, 6)]));
  add(ChatLogRepository, 'findBySend', (log) => log.findBySend(chat(0), user(1), 'c 10'));
  add(ChatLogRepository, 'findLast', (log) => log.findLast(long(0)));
  // Changes are few, and their index has no `rev` in front: their order is made in memory.
  add(ChatLogRepository, 'findChanges', (log) => log.findChanges(long(0), 0), {
    sorts: true,
    keys: 10,
    docs: 10,
  });
  add(ChatLogRepository, 'findChanges, latest', (log) => log.findChanges(long(0), 4000, 6000), {
    sorts: true,
    keys: 10,
    docs: 10,
  });
  add(
    ChatLogRepository,
    'findChatsWithChangesAfter',
    (log) => log.findChatsWithChangesAfter([0, 1].map((n) => ({ chatId: long(n), rev: 100 }))),
    { keys: 20, docs: 20 },
  );
  add(
    ChatLogRepository,
    'findChangesUpTo',
    (log) => log.findChangesUpTo([0, 1].map((n) => ({ chatId: long(n), toRev: 4000 }))),
    { keys: 20, docs: 20 },
  );
  add(ChatLogRepository, 'findLastRows', (log) => log.findLastRows([long(0), long(1), long(2)]), {
    keys: 8,
    docs: 4,
  });
  add(
    ChatLogRepository,
    'findBySeqs',
    (log) => log.findBySeqs([0, 1].map((n) => ({ chatId: long(n), seq: 100 }))),
    {
      keys: 4,
    },
  );
  add(
    ChatLogRepository,
    'countUnread',
    (log) =>
      log.countUnread(
        hex(user(1)),
        [0, 1].map((n) => ({ chatId: long(n), afterSeq: 4500, toSeq: 5000 })),
      ),
    { keys: 1010, isCovered: true },
  );
  add(ChatLogRepository, 'findMessages', (log) =>
    log.findMessages(long(0), [{ from: 1, to: Number.MAX_SAFE_INTEGER }], 'descending', 50),
  );
  add(ChatLogRepository, 'findMessages of several stretches', (log) =>
    log.findMessages(
      long(0),
      [
        { from: 1, to: 1000 },
        { from: 2000, to: 5000 },
      ],
      'ascending',
      50,
    ),
  );
  add(ChatLogRepository, 'findMessages of several stretches, backwards', (log) =>
    log.findMessages(
      long(0),
      [
        { from: 1, to: 1000 },
        { from: 2000, to: 5000 },
      ],
      'descending',
      50,
    ),
  );
  add(ChatLogRepository, 'findRowsAfter', (log) => log.findRowsAfter(long(0), 4000, 4900, 100));
  add(
    ChatLogRepository,
    'findAuthorsBySeq',
    (log) => log.findAuthorsBySeq(long(0), { from: 4000, to: 4100 }),
    {
      isCovered: true,
    },
  );

  add(ChatReceiptsRepository, 'findByChats', (receipts) => receipts.findByChats([long(0), long(1)]));
  add(ChatReceiptsRepository, 'findRevs', (receipts) => receipts.findRevs([long(0), long(1)]));
  add(ChatReceiptsRepository, 'findByChatsForUser', (receipts) =>
    receipts.findByChatsForUser([long(0), long(1)], hex(user(1))),
  );
  add(ChatReceiptsRepository, 'takeSteps', (receipts) =>
    receipts.takeSteps([
      { chatId: long(0), fromRev: 1, toRev: 2, marks: {} },
      { chatId: hex(chat(500)), fromRev: 0, toRev: 1, marks: {} },
    ]),
  );

  for (const [name, type, call, budget = {}] of cases) {
    it(`should answer by an index: ${name}`, async () => {
      const plans = await plansOf(type, call as (repository: object) => Promise<unknown>);

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
    const plans = await plansOf(UsersRepository, () =>
      connection.model('User').find({ about: 'x' }).sort({ about: 1 }),
    );

    expect(plans[0]).toMatchObject({
      stages: expect.arrayContaining(['COLLSCAN', 'SORT']) as unknown,
      returned: 0,
    });
    expect(plans[0]?.docs).toBeGreaterThan(2000);
  });

  it('should have looked at every method of every repository', () => {
    const methods = REPOSITORIES.flatMap((type) =>
      Object.entries(Object.getOwnPropertyDescriptors(type.prototype as object))
        .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
        .map(([name]) => `${type.name}.${name}`),
    );

    expect(methods.length).toBeGreaterThan(40);
    expect(methods.filter((method) => !called.has(method))).toEqual([]);
  });
});

/** A recorded command as one or more that can be explained. */
function explainable(command: mongo.Document): mongo.Document[] {
  const {
    lsid: _,
    $db: __,
    $clusterTime: ___,
    txnNumber: ____,
    writeConcern: _____,
    ordered: ______,
    ...rest
  } = command;
  if ('updates' in rest)
    return (rest.updates as object[]).map((one) => ({ update: rest.update as string, updates: [one] }));
  if ('deletes' in rest)
    return (rest.deletes as object[]).map((one) => ({ delete: rest.delete as string, deletes: [one] }));
  return ['find', 'aggregate', 'distinct', 'count', 'findAndModify'].some((name) => name in rest)
    ? [rest]
    : [];
}

async function explain(connection: Connection, command: mongo.Document): Promise<Plan> {
  const found = await connection
    .getClient()
    .db(DATABASE)
    .command({ explain: command, verbosity: 'executionStats' });
  // An aggregate that the query engine does not take whole reports it as its first stage.
  const [first] = (found.stages ?? []) as { $cursor?: mongo.Document }[];
  const plan = first?.$cursor ?? found;
  const stats = plan.executionStats as mongo.Document;
  return {
    command: JSON.stringify(command),
    stages: stagesOf(plan.queryPlanner),
    keys: Number(stats.totalKeysExamined),
    docs: Number(stats.totalDocsExamined),
    returned: Number(stats.nReturned),
  };
}

/** The stages of the plan that won, wherever they stand. */
function stagesOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => {
    if (name === 'rejectedPlans') return [];
    return name === 'stage' && typeof value === 'string' ? [value] : stagesOf(value);
  });
}

function rowOf(chatNumber: number, rev: number, rest: Partial<ChatLogRow> = {}): ChatLogRow {
  const seq = rev;
  return {
    _id: objectId(10 + chatNumber, rev),
    chatId: chat(chatNumber),
    rev,
    seq,
    kind: 'message',
    senderId: user(rev % 3),
    clientMessageId: `c ${rev}`,
    type: 'text',
    text: `message ${rev}`,
    createdAt: NOW,
    ...rest,
  };
}

/** Enough of everything that a scan would show. */
async function seed({ models }: Connection): Promise<void> {
  const insert = (name: string, rows: object[]) =>
    models[name]?.collection.insertMany(rows, { ordered: false });
  const times = <T>(count: number, make: (n: number) => T): T[] =>
    Array.from({ length: count }, (_, n) => make(n));
  await Promise.all([
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
        avatarUrl: null,
        rev: 1,
        createdAt: NOW,
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
    insert(
      'Chat',
      times(1000, (n) => ({
        _id: chat(n),
        type: n < CHATS ? 'group' : 'direct',
        title: null,
        createdBy: user(0),
        createdAt: NOW,
        projectedRev: 1,
        memberCount: 2,
        lastActivityAt: new Date(NOW.getTime() - n),
        ...(n >= CHATS && { directKey: `${hex(user(0))}:${n}` }),
      })),
    ),
    insert('ChatMember', [
      ...times(GROUP_MEMBERS, (n) => memberOf(0, n)),
      ...times(GROUP_MEMBERS, (n) => memberOf(1, n)),
      ...times(CHATS - 2, (n) => memberOf(n + 2, 0)),
      ...times(800, (n) => ({ ...memberOf(n + CHATS, n % 10), partnerId: user(1000 + n) })),
    ]),
    ...times(3, (c) =>
      insert('ChatLogRow', [
        ...times(MESSAGES_PER_CHAT, (n) => rowOf(c, n + 1)),
        ...times(5, (n) => {
          const {
            seq: _,
            clientMessageId: __,
            ...row
          }: object & Partial<ChatLogRow> = rowOf(c, MESSAGES_PER_CHAT + n + 1);
          return { ...row, kind: 'members_added', lastSeq: MESSAGES_PER_CHAT, members: [], memberCount: 2 };
        }),
      ]),
    ),
    insert(
      'ChatReceipts',
      times(1000, (n) => ({ _id: chat(n), rev: 1, marks: {} })),
    ),
  ]);
}

function memberOf(chatNumber: number, userNumber: number) {
  return {
    _id: new Types.ObjectId(),
    chatId: chat(chatNumber),
    userId: user(userNumber),
    role: 'member',
    isActive: true,
    joinedAt: NOW,
    rev: 1,
    spans: [{ fromSeq: 1, toSeq: null, toRev: null }],
  };
}
