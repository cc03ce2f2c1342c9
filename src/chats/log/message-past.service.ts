import { Injectable } from '@nestjs/common';

import type { Membership } from '../chat-members.repository.js';
import { lastVisibleRev } from '../membership.js';
import type { ChatLogRow } from './chat-log.schema.js';
import type { EditRow } from './message-change.js';
import { MessageChangesRepository } from './message-changes.repository.js';

/**
 * Messages as somebody who left a chat may know them: as they were then, but what was deleted later is
 * gone for them too.
 */
@Injectable()
export class MessagePast {
  constructor(private readonly changes: MessageChangesRepository) {}

  /** Messages of one chat as this member of it may know them. */
  async forMember(membership: Membership, rows: ChatLogRow[]): Promise<ChatLogRow[]> {
    if (membership.isActive) return rows;
    const toRev = lastVisibleRev(membership);
    return this.at(rows.map((row) => ({ row, toRev })));
  }

  /** Each message as it was at the `toRev` given with it; one query, and none where nothing is later. */
  async at(messages: { row: ChatLogRow; toRev: number }[]): Promise<ChatLogRow[]> {
    const edited = messages.filter(({ row, toRev }) => (row.textRev ?? 0) > toRev);
    const edits = await this.changes.findEditsUpTo(edited.map(({ row, toRev }) => ({ id: row._id, toRev })));
    return messages.map(({ row, toRev }) => {
      if ((row.changedRev ?? 0) <= toRev) return row;
      const ofRow = edits.filter(({ messageId }) => messageId.equals(row._id));
      return withoutLater((row.textRev ?? 0) > toRev ? withText(row, ofRow) : row, toRev);
    });
  }
}

/** With the text of the last of these edits, or as it was sent. */
function withText(row: ChatLogRow, edits: EditRow[]): ChatLogRow {
  const last = edits.toSorted((a, b) => b.rev - a.rev)[0];
  if (!last) return Object.assign({}, row, { text: row.original, editedAt: undefined, textRev: undefined });
  return Object.assign({}, row, { text: last.change.text, editedAt: last.createdAt, textRev: last.rev });
}

/** What else was changed later is left out, and its `rev` is that of the last change that is left. */
function withoutLater(row: ChatLogRow, toRev: number): ChatLogRow {
  const reactions = upTo(row.reactions, toRev);
  const votes = upTo(row.votes, toRev);
  const pinned = (row.pinRev ?? 0) <= toRev && row.pinned;
  const linkPreview = (row.previewRev ?? 0) <= toRev ? row.linkPreview : undefined;
  const marks = [...Object.values(reactions), ...Object.values(votes)].map(({ rev }) => rev);
  const revs = [row.textRev ?? 0, row.previewRev ?? 0, row.pinRev ?? 0, ...marks].filter(
    (rev) => rev <= toRev,
  );
  const replyTo = quoteUpTo(row.replyTo, toRev);
  const changedRev = Math.max(row.rev, ...revs);
  return Object.assign(
    {},
    row,
    { reactions, votes, pinned, linkPreview, changedRev },
    replyTo && { replyTo },
  );
}

function upTo<T extends { rev: number }>(marks: Record<string, T> = {}, toRev: number): Record<string, T> {
  return Object.fromEntries(Object.entries(marks).filter(([, { rev }]) => rev <= toRev));
}

/** What a quoted message became later is left out; what it was then, its answer does not know any more. */
function quoteUpTo(replyTo: ChatLogRow['replyTo'], toRev: number): ChatLogRow['replyTo'] {
  return replyTo && 'messageId' in replyTo && replyTo.rev > toRev ? { ...replyTo, text: '' } : replyTo;
}
