import { Injectable } from '@nestjs/common';

import { toObjectId } from '../database/object-id.js';
import { MessageMarks } from '../messages/marks/message-marks.service.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import type { Seat } from './preferences.repository.js';

/** Who empties or deletes a chat for themselves has no stars left in what is gone. */
@Injectable()
export class GoneStars {
  constructor(
    private readonly marks: MessageMarks,
    private readonly log: ChatLogRepository,
  ) {}

  /** Once those messages are out of sight, so that none gets a star again. */
  async drop({ chatId, userId }: Seat, upToSeq: number): Promise<void> {
    for await (const messageIds of this.marks.starredIn(userId, chatId)) {
      const rows = await this.log.findByIds(messageIds.map(toObjectId));
      const gone = rows.filter(({ seq = 0 }) => seq <= upToSeq).map(({ _id }) => _id.toHexString());
      if (gone.length > 0) await this.marks.dropStars(userId, gone);
    }
  }
}
