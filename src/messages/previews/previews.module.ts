import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { MessagesModule } from '../messages.module.js';
import { CachedPreview, CachedPreviewSchema } from './link-preview.schema.js';
import { LinkPreviewsListener } from './link-previews.listener.js';
import { LinkPreviewsRepository } from './link-previews.repository.js';
import { LinkPreviews } from './link-previews.service.js';
import { MessagePreviews } from './message-previews.service.js';
import { PUBLIC_WEB } from './page-address.js';
import { PageFetcher } from './page-fetcher.js';
import { PreviewAttachment } from './preview-attachment.js';

/** Previews of links in messages; without `LINK_PREVIEWS=on` nothing in it is ever asked for. */
@Module({
  imports: [
    MessagesModule,
    MongooseModule.forFeature([{ name: CachedPreview.name, schema: CachedPreviewSchema }]),
  ],
  providers: [
    LinkPreviews,
    LinkPreviewsListener,
    LinkPreviewsRepository,
    { provide: PreviewAttachment, useClass: MessagePreviews },
    { provide: PageFetcher, useFactory: () => new PageFetcher(PUBLIC_WEB) },
  ],
  exports: [LinkPreviews],
})
export class PreviewsModule {}
