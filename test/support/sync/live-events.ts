import type { ChatPreferencesView } from '../../../src/chats/preferences.view.js';
import type { MessageView } from '../../../src/messages/message.view.js';
import type { PayloadOf, ServerEventName } from '../../../src/realtime/socket-events.js';
import type { Replica } from './replica.js';

type Handlers = { [E in ServerEventName]?: (replica: Replica, payload: PayloadOf<E>) => void };

/** What a client does with what it hears between two syncs. */
const HANDLERS: Handlers = {
  receive_message: (replica, message) => {
    if (isKnown(replica, message)) return;
    replica.messages.set(message.id, structuredClone(message));
    if (replica.isMyJoining(message)) replica.cutShort.add(message.chatId);
  },
  message_edited: (replica, message) => {
    if (isKnown(replica, message)) return;
    replica.messages.set(message.id, structuredClone(message));
    replica.requote(message.id, message.text);
  },
  message_deleted: (replica, { messageId, for: whom, ...deleted }) => {
    const message = replica.messages.get(messageId);
    if (whom === 'me') replica.messages.delete(messageId);
    else if (message && !isKnown(replica, deleted))
      replica.empty(message, { rev: deleted.rev, deletedAt: 'now' });
  },
  message_reaction: (replica, { messageId, userId, emoji, ...change }) => {
    const message = replica.messages.get(messageId);
    if (!message || isKnown(replica, change)) return;
    const others = message.reactions
      .map((one) => ({ emoji: one.emoji, userIds: one.userIds.filter((id) => id !== userId) }))
      .filter(({ userIds }) => userIds.length > 0);
    const same = others.find((one) => one.emoji === emoji);
    if (same) same.userIds.push(userId);
    else if (emoji !== null) others.push({ emoji, userIds: [userId] });
    message.reactions = others;
  },
  message_pinned: (replica, { messageId, pinned, ...change }) => {
    const message = replica.messages.get(messageId);
    if (!message || isKnown(replica, change)) return;
    if (pinned) message.pinned = true;
    else delete message.pinned;
  },
  poll_voted: (replica, { messageId, poll, ...change }) => {
    const message = replica.messages.get(messageId);
    if (message && !isKnown(replica, change)) message.poll = poll;
  },
  message_receipt: (replica, { chatId, userId, deliveredSeq, readSeq, receiptRev }) => {
    const held = replica.chats.get(chatId);
    if (!held || receiptRev <= held.receiptRev) return;
    held.marks.set(userId, { deliveredSeq, readSeq });
  },
  chat_created: (replica, { id }) => {
    if (!replica.chats.has(id)) replica.chats.set(id, { rev: 0, receiptRev: 0, marks: new Map() });
  },
  chat_removed: (replica, { chatId }) => replica.forget(chatId),
  chat_preferences: (replica, preferences: ChatPreferencesView) => {
    const { deletedUpToSeq } = replica.preferences.get(preferences.chatId) ?? {};
    const kept = deletedUpToSeq === undefined ? {} : { deletedUpToSeq };
    replica.preferences.set(preferences.chatId, Object.assign(kept, preferences));
  },
};

/** An event that waited while a sync was under way may tell what the sync has brought. */
function isKnown(replica: Replica, { chatId, rev }: Pick<MessageView, 'chatId' | 'rev'>): boolean {
  return rev <= (replica.chats.get(chatId)?.rev ?? 0);
}

export function hear(replica: Replica, event: string, payload: unknown): void {
  const handle = HANDLERS[event as ServerEventName] as
    ((replica: Replica, payload: unknown) => void) | undefined;
  handle?.(replica, payload);
}
