import { Injectable } from '@nestjs/common';

import { DomainEvents } from '../../events/domain-events.js';
import { MessageChanges } from '../message-changes.service.js';
import { type MessageView, toMessageView } from '../message.view.js';
import { firstUrl } from './first-url.js';
import type { LinkPreview } from './link-preview.record.js';
import { PreviewAttachment } from './preview-attachment.js';

/** Previews become part of their message by a row of the chat's log, so that they sync like any other change. */
@Injectable()
export class MessagePreviews extends PreviewAttachment {
  constructor(
    private readonly changes: MessageChanges,
    private readonly events: DomainEvents,
  ) {
    super();
  }

  /** A message that names another address by now, was deleted or has disappeared gets none. */
  override async attach({ id, chatId, senderId }: MessageView, preview: LinkPreview): Promise<void> {
    await this.changes.apply({
      userId: senderId,
      isByServer: true,
      messageId: id,
      chatId,
      decide: ({ text = '', linkPreview }) => {
        const isWanted = firstUrl(text) === preview.url && linkPreview?.url !== preview.url;
        return isWanted ? { type: 'previewed', preview } : null;
      },
      changed: (now, recipientIds) => {
        this.events.publish('message.edited', { message: toMessageView(now), recipientIds });
      },
    });
  }
}
