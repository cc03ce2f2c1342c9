import { Types } from 'mongoose';

import { MemberChangesRepository } from '../../../src/chats/log/member-changes.repository.js';
import { ChatMembersRepository } from '../../../src/chats/chat-members.repository.js';
import { ChatsRepository } from '../../../src/chats/chats.repository.js';
import { DEFAULT_SETTINGS, NO_INFO } from '../../../src/chats/log/chat-profile.js';
import type { ChatLogRow } from '../../../src/chats/log/chat-log.schema.js';
import { PreferencesRepository } from '../../../src/chats/preferences.repository.js';
import { ChatReceiptsRepository } from '../../../src/chats/receipts/chat-receipts.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { MESSAGES_PER_CHAT, rowOf } from './chat-log.plans.js';
import { chat, hex, LATER, long, NOW, times, user } from './ids.js';

const CHATS = 200;
const GROUP_MEMBERS = 300;
/** A group that all have left. */
const LEFT_CHAT = 3000;

export function addChats(add: AddPlan): void {
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
  add(ChatsRepository, 'hasCreationKey', (chats) => chats.hasCreationKey('key'));
  add(ChatsRepository, 'releaseCreationKey', (chats) => chats.releaseCreationKey('key', LATER));
  add(ChatsRepository, 'findById', (chats) => chats.findById(long(0)));
  add(ChatsRepository, 'findByIds', (chats) => chats.findByIds([long(0), long(1)]));
  add(ChatsRepository, 'findIdsAfter', (chats) => chats.findIdsAfter(null, 50), { isCovered: true });
  add(ChatsRepository, 'findIdsAfter, later', (chats) => chats.findIdsAfter(long(5), 50), {
    isCovered: true,
  });
  add(ChatsRepository, 'markProjected', (chats) =>
    chats.markProjected(long(0), { rev: 1, memberCount: 2, at: NOW }),
  );
  add(ChatsRepository, 'setInfo', (chats) => chats.setInfo(long(0), 9, { ...NO_INFO, title: 'new' }));
  add(ChatsRepository, 'setSettings', (chats) => chats.setSettings(long(0), 9, DEFAULT_SETTINGS));
  add(ChatsRepository, 'moveWatermarks', (chats) =>
    chats.moveWatermarks([0, 1].map((n) => ({ chatId: long(n), projectedRev: 2, lastActivityAt: NOW }))),
  );
}

export function addMembers(add: AddPlan): void {
  add(ChatMembersRepository, 'find', (members) => members.find(long(0), hex(user(7))));
  add(ChatMembersRepository, 'findAmong', (members) => members.findAmong(hex(user(0)), [long(0), long(1)]));
  add(ChatMembersRepository, 'findByUser', (members) => members.findByUser(hex(user(0))), {
    keys: 10,
    docs: 10,
  });
  // One step in the index per chat of each user, as many as are counted.
  add(ChatMembersRepository, 'findPrints', (members) => members.findPrints([hex(user(0)), hex(user(1))]), {
    keys: 4 * CHATS,
    isCovered: true,
  });
  // In the order of joining, which no index has: bounded by the size of a group.
  add(ChatMembersRepository, 'findActive', (members) => members.findActive([long(0), long(1)], 100), {
    sorts: true,
    keys: 10,
    docs: GROUP_MEMBERS,
  });
  add(ChatMembersRepository, 'findRosters', (members) => members.findRosters([long(0), long(1)]), {
    keys: 10,
    docs: 10,
  });
  // Nearly all members see nearly all messages: what it reads is what it answers.
  add(ChatMembersRepository, 'findWhoSee', (members) => members.findWhoSee(long(0), 10));
  // It looks at all who have ever been in the group.
  add(
    ChatMembersRepository,
    'findLeftWithin',
    (members) => members.findLeftWithin(hex(chat(LEFT_CHAT)), { from: 10, to: 20 }),
    { keys: GROUP_MEMBERS, docs: GROUP_MEMBERS },
  );
  add(ChatMembersRepository, 'deleteForMe', (members) => members.deleteForMe(long(0), hex(user(7)), 9));
  add(ChatMembersRepository, 'findPage', (members) => members.findPage(long(0), null, 50));
  add(ChatMembersRepository, 'findPage, second page', (members) =>
    members.findPage(long(0), hex(user(50)), 50),
  );
  add(ChatMembersRepository, 'findPage, with the past', (members) =>
    members.findPage(long(0), hex(user(50)), 50, { past: true }),
  );
  add(ChatMembersRepository, 'findDirectPartners', (members) =>
    members.findDirectPartners([hex(user(0)), hex(user(1))]),
  );
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
  add(ChatMembersRepository, 'noteStars', (members) => members.noteStars(long(0), hex(user(7))));
  add(ChatMembersRepository, 'unhideEmpty', (members) => members.unhideEmpty([long(0)], hex(user(7))));
  // Only ever of a direct chat: its two.
  add(ChatMembersRepository, 'unhideEmpty, all', (members) =>
    members.unhideEmpty([hex(chat(500)), hex(chat(501))]),
  );
  const change = (rev: number, rest: Partial<ChatLogRow>) =>
    rowOf(0, rev, { seq: undefined, lastSeq: MESSAGES_PER_CHAT, ...rest });
  const roster = [{ userId: user(2900), role: 'member' as const }];
  add(MemberChangesRepository, 'project, added', (changes) =>
    changes.project(change(90_001, { kind: 'members_added', members: roster }), 'group'),
  );
  add(MemberChangesRepository, 'project, role', (changes) =>
    changes.project(change(90_002, { kind: 'member_role', members: roster }), 'group'),
  );
  add(MemberChangesRepository, 'project, removed', (changes) =>
    changes.project(
      change(90_003, { kind: 'member_removed', removedId: user(2900), newOwnerId: user(1) }),
      'group',
    ),
  );
}

export function addPreferences(add: AddPlan): void {
  const seat = { chatId: long(0), userId: hex(user(7)) };
  add(PreferencesRepository, 'set', (preferences) => preferences.set(seat, { isPinned: true }));
  add(PreferencesRepository, 'clear', (preferences) => preferences.clear(seat, 5));
  add(PreferencesRepository, 'markUnread', (preferences) => preferences.markUnread(seat, 5));
  add(
    PreferencesRepository,
    'findMarked',
    (preferences) => preferences.findMarked([seat, { chatId: long(1), userId: hex(user(8)) }]),
    { keys: 4, docs: 2 },
  );
  add(PreferencesRepository, 'unmark', (preferences) => preferences.unmark(seat));
  // All memberships of a person, and those that other cases have made of them meanwhile.
  add(PreferencesRepository, 'removeAllOf', (preferences) => preferences.removeAllOf(hex(user(40))), {
    docs: 10,
    keys: 10,
  });
}

export function addReceipts(add: AddPlan): void {
  add(ChatReceiptsRepository, 'findByChats', (receipts) => receipts.findByChats([long(0), long(1)]));
  add(ChatReceiptsRepository, 'findRevs', (receipts) => receipts.findRevs([long(0), long(1)]));
  add(ChatReceiptsRepository, 'findByChatsForUser', (receipts) =>
    receipts.findByChatsForUser([long(0), long(1)], hex(user(1))),
  );
  add(ChatReceiptsRepository, 'takeSteps', (receipts) =>
    receipts.takeSteps([
      { chatId: long(0), fromRev: 1, toRev: 2, marksBefore: 2, marks: {} },
      { chatId: long(1), fromRev: 1, toRev: 2, marksBefore: 900, marks: {} },
      { chatId: hex(chat(500)), fromRev: 0, toRev: 1, marksBefore: 0, marks: {} },
    ]),
  );
}

export async function seedChats(insert: Insert): Promise<void> {
  await Promise.all([
    insert(
      'Chat',
      times(1000, (n) => ({
        _id: chat(n),
        type: n < CHATS ? 'group' : 'direct',
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
      ...times(GROUP_MEMBERS, (n) => ({
        ...memberOf(LEFT_CHAT, n),
        isActive: false,
        spans: [{ fromSeq: 1, toSeq: n, toRev: n }],
      })),
      ...times(CHATS - 2, (n) => memberOf(n + 2, 0)),
      ...times(800, (n) => ({ ...memberOf(n + CHATS, n % 10), partnerId: user(1000 + n) })),
    ]),
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
