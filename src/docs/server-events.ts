import type { Type } from '@nestjs/common';

import { ChatView } from '../chats/chat.view.js';
import { ChatPreferencesView } from '../chats/preferences.view.js';
import { MessageView } from '../messages/message.view.js';
import { ScheduledMessageView } from '../messages/scheduled/scheduled-message.view.js';
import type { PayloadOf, ServerEventName } from '../realtime/socket-events.js';
import { StatusView } from '../status/status.view.js';
import * as views from './server-events.views.js';

export interface ServerEventDoc<Payload = unknown> {
  summary: string;
  /** Who hears it. */
  to: string;
  payload: Type<Payload>;
}

/** Every event that the server sends; the compiler refuses one that is missing or has another payload. */
export const SERVER_EVENT_DOCS: { [E in ServerEventName]: ServerEventDoc<PayloadOf<E>> } = {
  receive_message: {
    summary: 'A message was stored. Of one chat they come in the order of `seq`',
    to: "All sockets of all members, the sender's own included",
    payload: MessageView,
  },
  scheduled_message: {
    summary:
      'A message to be sent later is new (`pending`), was `sent` or `cancelled`, or `failed`; the last is on the list with its reason',
    to: 'All sockets of its sender',
    payload: ScheduledMessageView,
  },
  message_edited: {
    summary:
      'The text of a message is another, or the preview of the page that it names has come; `rev` is that of the change',
    to: 'All members who may see the message',
    payload: MessageView,
  },
  message_deleted: {
    summary:
      'A message was deleted: for `everyone` its content is gone and its place stays, for `me` it is gone, and `rev` is the `me` rev',
    to: 'For `everyone` all members who may see the message, for `me` all sockets of the one who did it',
    payload: views.MessageDeletedView,
  },
  message_reaction: {
    summary: 'Somebody reacted to a message, with this emoji instead of any before, or took it back (`null`)',
    to: 'All members who may see the message',
    payload: views.MessageReactionView,
  },
  message_pinned: {
    summary: 'A message was pinned or unpinned',
    to: 'All members who may see the message',
    payload: views.MessagePinnedView,
  },
  poll_voted: {
    summary:
      'Somebody voted: the poll as it is now. Where more than 100 people are told, `userIds` names the one who voted alone; `votes` counts all, and the message itself names them',
    to: 'All members who may see the message',
    payload: views.PollVotedView,
  },
  message_receipt: {
    summary: 'Somebody got or read messages. Several moves at about the same time come as one',
    to: 'The authors of the messages newly covered, and all sockets of the reader',
    payload: views.MessageReceiptView,
  },
  user_typing: {
    summary: 'Somebody is typing or recording. Never stored; dropped where a socket is busy',
    to: 'The other members of the chat',
    payload: views.TypingSignalView,
  },
  user_stop_typing: {
    summary: 'They stopped, or nothing more was heard of them for 6 s',
    to: 'The other members of the chat',
    payload: views.TypingSignalView,
  },
  user_online: {
    summary: 'Somebody came online: the first of their sockets connected or became active',
    to: 'Their contacts and direct-chat partners, and whoever asked by `presence`, as privacy allows',
    payload: views.UserOnlineView,
  },
  user_offline: {
    summary:
      'Somebody is gone: their last active socket closed or went inactive, and none came back within the grace',
    to: 'Their contacts and direct-chat partners, and whoever asked by `presence`, as privacy allows',
    payload: views.UserOfflineView,
  },
  chat_created: {
    summary: 'A chat that is new to the receiver, in the shared view: without `me` and `unreadCount`',
    to: 'All members of a new chat; of a group, later, those just added',
    payload: ChatView,
  },
  chat_updated: {
    summary: 'Title, description, picture or settings of a chat are new, in the shared view',
    to: 'All members',
    payload: ChatView,
  },
  chat_preferences: {
    summary:
      'What one has set for oneself in a chat is new: muted, archived, pinned, cleared, marked as unread or read',
    to: 'All sockets of the one who did it',
    payload: ChatPreferencesView,
  },
  chat_removed: {
    summary: "A chat has left the receiver's list: deleted on another device",
    to: 'All sockets of the one who deleted it',
    payload: views.ChatRemovedView,
  },
  member_added: {
    summary: 'Somebody joined a group; once per person',
    to: 'All who were members before, and the new one: of others who came with them the chat itself tells',
    payload: views.MemberRoleView,
  },
  member_removed: {
    summary: 'Somebody left a group or was removed. The last that they hear of it',
    to: 'All members, and the one who is gone',
    payload: views.MemberRemovedView,
  },
  member_role: {
    summary: 'Somebody has another role in a group',
    to: 'All members',
    payload: views.MemberRoleView,
  },
  join_requested: {
    summary: 'Somebody came by an invite and waits to be let in',
    to: 'The admins of the group',
    payload: views.JoinRequestedView,
  },
  join_decided: {
    summary: 'Somebody waits no more: let in, by whatever way, or turned away',
    to: 'The admins of the group',
    payload: views.JoinDecidedView,
  },
  new_status: {
    summary: 'Somebody posted a status; gone again at its `expiresAt`',
    to: 'Its audience, and all sockets of the author',
    payload: StatusView,
  },
  status_deleted: {
    summary: 'A status was taken back',
    to: 'Its audience, and all sockets of the author',
    payload: views.StatusDeletedView,
  },
  status_viewed: {
    summary: 'Somebody looked at a status, the first time; never with read receipts off on either side',
    to: 'All sockets of the author',
    payload: views.StatusViewedView,
  },
  status_reaction: {
    summary: 'Somebody reacted to a status, or took it back (`emoji` is `null`)',
    to: 'All sockets of the author',
    payload: views.StatusReactionView,
  },
  incoming_call: {
    summary: 'Somebody calls. Devices that connect while it rings hear it then',
    to: 'All sockets of those who are called',
    payload: views.IncomingCallView,
  },
  call_started: {
    summary: 'A call has begun in a group too large to ring: `call_accepted` joins it',
    to: 'The other members of the group',
    payload: views.CallStartedView,
  },
  call_accepted: {
    summary: 'Somebody is in the call now, on one of their devices',
    to: 'All sockets of the others who are in it or being rung',
    payload: views.CallPersonView,
  },
  call_answered_elsewhere: {
    summary: 'Another device of mine is in the call: stop ringing, or stop being in it',
    to: 'The other sockets of the one who accepted; the one that call_resume relieved',
    payload: views.CallRefView,
  },
  call_rejected: {
    summary: 'Somebody will not come. The call is over by it if its `state` says so',
    to: 'All sockets of those in it or being rung, and the other ones of who declined',
    payload: views.CallFarewellView,
  },
  call_ended: {
    summary:
      'Somebody has left, was lost (`reason` is `failed`) or removed. The call is over by it if its `state` says so: cancelled while it rang, else ended or failed',
    to: 'All sockets of those in it or being rung, and the other ones of who left; at its end of everybody',
    payload: views.CallFarewellView,
  },
  call_missed: {
    summary: 'Nobody answered in time, the caller was lost before, or the call found one busy',
    to: 'All sockets of those who did not answer; where nobody did, of the caller too',
    payload: views.CallRefView,
  },
  call_interrupted: {
    summary: 'A device is lost; without a `call_resumed` within `graceMs` its user has left',
    to: 'The devices in the call',
    payload: views.CallInterruptedView,
  },
  call_resumed: {
    summary: 'Somebody is back, maybe on another device: negotiate anew (ICE restart)',
    to: 'The other devices in the call',
    payload: views.CallPersonView,
  },
  media_state: {
    summary: 'What somebody in the call has switched on. Never stored',
    to: 'The other devices in the call',
    payload: views.MediaStateView,
  },
  offer: {
    summary: 'An offer of a connection, as its sender made it. Never stored',
    to: "The receiver's one device in the call",
    payload: views.OfferView,
  },
  answer: {
    summary: 'The answer to an offer. Never stored',
    to: "The receiver's one device in the call",
    payload: views.AnswerView,
  },
  ice_candidate: {
    summary: 'A way to the sender, or `null`: there are no more. Never stored',
    to: "The receiver's one device in the call",
    payload: views.IceCandidateView,
  },
  token_expiring: {
    summary:
      'The token of this socket ends in 60 s, and the socket with it, unless `authenticate` brings a fresh one',
    to: 'This socket',
    payload: views.TokenExpiringView,
  },
  session_revoked: {
    summary:
      'The login of this socket has ended: logged out, revoked or stolen. The socket is closed behind it',
    to: 'All sockets of the login',
    payload: views.SessionRevokedView,
  },
  sync_needed: {
    summary:
      'The node of this socket was cut off from the others or fell behind them, so events may be missing: ask `POST /api/sync`, and `presence` again, at a random moment within `withinMs`',
    to: 'All sockets of a node that is back among the others',
    payload: views.SyncNeededView,
  },
  exception: {
    summary: 'An event failed that was sent without an ack callback',
    to: 'The socket that sent it',
    payload: views.ExceptionView,
  },
};
