import { assertMaySend } from '../chats/group-rules.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import type { ChatState } from '../chats/log/chat-state.js';
import type { AppendRequest, RowDraft } from '../chats/log/log-append.js';
import { ValidationError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import type { DomainEvents } from '../events/domain-events.js';
import { type MessageView, toMessageViewOf } from './message.view.js';
import { type MessageBody, type MessageContent, toRowDraft } from './message-content.js';
import type { Quote } from './quotes.service.js';

/** What has to be looked up of a content before it takes its place in the log; of plain text nothing. */
export interface Prepared {
  body: MessageBody;
  quote: Quote | null;
}

/** Thrown inside a draft: the quoted message was changed since it was read. */
export class StaleQuoteError extends Error {}

/** One message on its way into the log: checked against the very state that it is numbered on, told when it is stored. */
export class Sending implements AppendRequest<MessageView> {
  constructor(
    readonly chatId: string,
    readonly senderId: string,
    private readonly content: MessageContent,
    private readonly prepared: Prepared,
    private readonly events: DomainEvents,
  ) {}

  draft(state: ChatState): RowDraft {
    const { senderId, content } = this;
    const { body, quote } = this.prepared;
    assertMaySend(state, senderId);
    if (quote?.isStale(state)) throw new StaleQuoteError();
    if (content.mentions?.some((id) => !state.has(id))) throw notMentionable();
    return toRowDraft(toObjectId(senderId), content, body, quote && quote.row);
  }

  /** The view that everybody is told, made once. */
  stored(row: ChatLogRow, recipientIds: readonly string[]): MessageView {
    const message = toMessageViewOf(row, this);
    this.events.publish('message.created', { message, recipientIds });
    return message;
  }
}

function notMentionable(): ValidationError {
  return ValidationError.of('mentions', 'isMember', 'mentions must be members of the chat');
}
