import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { toErrorInfo } from '../../common/errors/error-body.js';
import { RateLimiter } from '../../common/rate-limit/rate-limiter.js';
import { AppConfig } from '../../config/app-config.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { MessageView } from '../message.view.js';
import { firstUrl } from './first-url.js';
import { LinkPreviews } from './link-previews.service.js';
import { PreviewAttachment } from './preview-attachment.js';

/**
 * A text message, or another text of it, was stored and told -> the preview of its first address, some time later. A preview that
 * a crash, a full queue or a sender's limit costs does not come.
 */
@Injectable()
export class LinkPreviewsListener implements OnModuleInit {
  private readonly logger = new Logger(LinkPreviewsListener.name);

  constructor(
    private readonly events: DomainEvents,
    private readonly previews: LinkPreviews,
    private readonly limiter: RateLimiter,
    private readonly config: AppConfig,
    private readonly attachment: PreviewAttachment,
  ) {}

  onModuleInit(): void {
    if (!this.config.hasLinkPreviews) return;
    this.events.on('message.created', ({ message }) => this.look(message));
    this.events.on('message.edited', ({ message }) => this.look(message));
  }

  private look(message: MessageView): void {
    const url = message.type === 'text' ? firstUrl(message.text) : null;
    // Not waited for: nobody, a stopping server neither, waits for a foreign one.
    if (url && url !== message.linkPreview?.url) void this.preview(message, url);
  }

  private async preview(message: MessageView, url: string): Promise<void> {
    try {
      await this.limiter.consume('link_previews', message.senderId);
      const preview = await this.previews.find(url);
      if (preview) await this.attachment.attach(message, preview);
    } catch (error) {
      if (toErrorInfo(error).code === 'RATE_LIMITED') return;
      this.logger.warn(`message ${message.id} gets no preview: ${String(error)}`);
    }
  }
}
