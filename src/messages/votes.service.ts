import { Injectable } from '@nestjs/common';

import { MAX_LISTED_MEMBERS } from '../chats/chat-rosters.service.js';
import { DirectGate } from '../chats/direct-gate.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ForbiddenError, ValidationError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import { MessageAccess } from './message-access.js';
import { MessageChanges } from './message-changes.service.js';
import { toPollView } from './message-parts.view.js';
import { MessageViews } from './message-views.service.js';
import type { MessageView } from './message.view.js';

/**
 * Voting in polls; who voted for what is there for all to see. Members of a large group are told of each
 * vote with the counts and its voter: all voters to all members would grow with the square of them.
 */
@Injectable()
export class VotesService {
  constructor(
    private readonly access: MessageAccess,
    private readonly changes: MessageChanges,
    private readonly gate: DirectGate,
    private readonly views: MessageViews,
    private readonly events: DomainEvents,
  ) {}

  /** Takes the place of one's vote before; none takes it back. The same again changes nothing. */
  async vote(userId: string, messageId: string, optionIds: string[]): Promise<MessageView> {
    const chatId = (await this.access.getChangeable(userId, messageId)).chatId.toHexString();
    await this.gate.assertOpen(userId, chatId);
    const message = await this.changes.apply({
      userId,
      messageId,
      chatId,
      decide: (now) => {
        this.access.assertAlive(now);
        const wanted = checkedVote(now, optionIds);
        const present = now.votes?.[userId]?.optionIds ?? [];
        return isSame(present, wanted) ? null : { type: 'voted', optionIds: wanted };
      },
      changed: ({ poll, votes }, recipientIds, { rev }) => {
        if (!poll) return;
        const namedId = recipientIds.length > MAX_LISTED_MEMBERS ? userId : undefined;
        const voted = { chatId, messageId, rev, poll: toPollView(poll, votes, namedId) };
        this.events.publish('poll.voted', { ...voted, recipientIds });
      },
    });
    return this.views.own(userId, message);
  }
}

/** In the order of the poll. */
function checkedVote({ poll }: ChatLogRow, optionIds: string[]): string[] {
  if (!poll) throw new ForbiddenError('This message is no poll');
  const wanted = poll.options.map(({ id }) => id).filter((id) => optionIds.includes(id));
  if (wanted.length < optionIds.length)
    throw ValidationError.of('optionIds', 'isOption', 'optionIds must be options of this poll');
  if (!poll.multiple && wanted.length > 1)
    throw ValidationError.of('optionIds', 'arrayMaxSize', 'In this poll one votes for one option');
  return wanted;
}

function isSame(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
