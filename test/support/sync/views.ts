import type { ChatView } from '../../../src/chats/chat.view.js';
import type { ChatPreferencesView } from '../../../src/chats/preferences.view.js';
import type { MessageView } from '../../../src/messages/message.view.js';
import type { Replica } from './replica.js';

/** One chat as somebody looks at it. */
export interface SeenChat {
  chat: object;
  me: object;
  unreadCount: number;
  lastMessageId: string | null;
  members: object[];
  messages: MessageView[];
}

/** All that somebody sees, in one order whatever it was read from. */
export interface Seen {
  chats: Record<string, SeenChat>;
  user: object;
  contactIds: string[];
  privacy: object;
}

const NOTHING_SET = {
  mutedUntil: null,
  archived: false,
  pinned: false,
  markedUnread: false,
  clearedUpToSeq: 0,
};

/** What the screens of a client show, worked out of what it holds. */
export function seenOn(replica: Replica): Seen {
  const chats = [...replica.chats.values()].flatMap(({ view, marks }) => {
    if (!view) return [];
    const messages = replica.in(view.id);
    const starred = new Set(replica.me?.starred);
    const isIn = view.members.some(({ userId }) => userId === replica.userId);
    const seen = seenChat(
      // Who left is told of no receipts any more.
      isIn ? withMarks(view, marks) : view,
      messages.map((message) => withStar(message, replica.isOver(message) ? NO_STARS : starred)),
    );
    const lastReadSeq = view.me?.lastReadSeq ?? 0;
    const preferences = replica.preferences.get(view.id);
    const unreadCount = unreadIn(view, messages, replica.userId);
    const lastMessageId = messages.at(-1)?.id ?? null;
    const me = { role: view.me?.role, lastReadSeq, ...mine(preferences) };
    return [[view.id, { ...seen, me, unreadCount, lastMessageId }] as const];
  });
  const { user = {}, contacts = [], privacy = {} } = replica.me ?? {};
  return { chats: Object.fromEntries(chats), user, contactIds: idsOf(contacts), privacy };
}

export function seenChat(view: ChatView, messages: MessageView[]): SeenChat {
  const { me = {}, unreadCount = 0, lastMessage, members, ...chat } = view;
  return {
    chat,
    me,
    unreadCount,
    lastMessageId: lastMessage?.id ?? null,
    members: members.toSorted((a, b) => (a.userId < b.userId ? -1 : 1)),
    messages: messages.map(asPlace),
  };
}

/**
 * Of what has disappeared only its place is left. A quote in it that changed before the content went has moved its
 * rev, and who was away then is not told of it any more: there is nothing to tell.
 */
function asPlace(message: MessageView): MessageView {
  const { expiresAt, text, attachments, poll, location, contact } = message;
  const isOver = expiresAt && text === '' && attachments.length === 0 && !poll && !location && !contact;
  return isOver ? Object.assign({}, message, { rev: 0 }) : message;
}

export function idsOf(people: { id: string }[]): string[] {
  return people.map(({ id }) => id).toSorted();
}

function mine(preferences: ChatPreferencesView | undefined): object {
  if (!preferences) return NOTHING_SET;
  const { mutedUntil, archived, pinned, markedUnread, clearedUpToSeq } = preferences;
  return { mutedUntil, archived, pinned, markedUnread, clearedUpToSeq };
}

function withMarks(view: ChatView, marks: Map<string, { deliveredSeq: number; readSeq: number }>): ChatView {
  const members = view.members.map((member) => {
    const mark = marks.get(member.userId);
    if (!mark) return member;
    const { deliveredSeq: lastDeliveredSeq, readSeq: lastReadSeq } = mark;
    return Object.assign({}, member, { lastDeliveredSeq, lastReadSeq });
  });
  return Object.assign({}, view, { members });
}

/** What has disappeared took its star along. */
const NO_STARS: ReadonlySet<string> = new Set();

function withStar(message: MessageView, starred: ReadonlySet<string>): MessageView {
  const copy = Object.assign({}, message);
  delete copy.starred;
  return starred.has(message.id) ? Object.assign(copy, { starred: true }) : copy;
}

/** Of who reads the whole past of a group, what was there when they joined is not unread. */
function unreadIn(view: ChatView, messages: MessageView[], userId: string): number {
  const joinings = messages.filter(
    ({ system }) => system?.kind === 'member_added' && system.userIds?.includes(userId),
  );
  const fromSeq = view.settings.historyForNew ? (joinings.at(-1)?.seq ?? 0) : 0;
  const readSeq = view.me?.lastReadSeq ?? 0;
  return messages.filter(
    ({ seq, senderId, type }) => seq > readSeq && seq >= fromSeq && senderId !== userId && type !== 'system',
  ).length;
}
