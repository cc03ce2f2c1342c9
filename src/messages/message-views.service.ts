import { Injectable } from '@nestjs/common';

import type { Membership } from '../chats/chat-members.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { MessageMarks } from './marks/message-marks.service.js';
import { type MessageView, toMessageView } from './message.view.js';

/** Messages as one person reads them: what all see, and what they have made of it for themselves. */
@Injectable()
export class MessageViews {
  constructor(private readonly marks: MessageMarks) {}

  async own(userId: string, row: ChatLogRow): Promise<MessageView> {
    const [view] = await this.ownAll(userId, [row]);
    return view as MessageView; // one for one
  }

  /** Of one chat, as this member reads them: no query for who has no stars there. */
  async ofMember({ userId, hasStarred }: Membership, rows: ChatLogRow[]): Promise<MessageView[]> {
    return hasStarred === false ? rows.map(toMessageView) : this.ownAll(userId, rows);
  }

  async ownAll(userId: string, rows: ChatLogRow[]): Promise<MessageView[]> {
    const views = rows.map(toMessageView);
    await this.marks.addStars(userId, views);
    return views;
  }
}
