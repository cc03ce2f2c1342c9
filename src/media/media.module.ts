import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AppConfig } from '../config/app-config.js';
import { MediaDownloads } from './download/media-downloads.service.js';
import { MediaAccess } from './media-access.js';
import { MediaCollector } from './media-collector.service.js';
import { MediaLibrary } from './media-library.service.js';
import { MediaReferenceRegistry } from './media-references.js';
import { MediaData } from './media-data.js';
import { MediaController } from './media.controller.js';
import { MediaRepository } from './media.repository.js';
import { Media, MediaSchema } from './media.schema.js';
import { AudioProcessor } from './probe/audio-processor.js';
import { Ffmpeg } from './probe/ffmpeg.js';
import { ImageProcessor } from './probe/image-processor.js';
import { MediaExaminer } from './probe/media-examiner.js';
import { Probe } from './probe/probe.service.js';
import { VideoProcessor } from './probe/video-processor.js';
import { MediaStorage } from './storage/media-storage.js';
import { openStorage } from './storage/open-storage.js';
import { UploadReceiver } from './upload/upload-receiver.js';
import { UploadSlots } from './upload/upload-slots.js';
import { Uploads } from './upload/uploads.service.js';
import { Workspaces } from './upload/workspaces.js';

/** Knows no other feature: those that attach media import this and register what they hold. */
@Module({
  imports: [MongooseModule.forFeature([{ name: Media.name, schema: MediaSchema }])],
  controllers: [MediaController],
  providers: [
    { provide: MediaStorage, inject: [AppConfig], useFactory: openStorage },
    Uploads,
    UploadReceiver,
    UploadSlots,
    Workspaces,
    Probe,
    Ffmpeg,
    ImageProcessor,
    AudioProcessor,
    VideoProcessor,
    MediaExaminer,
    MediaDownloads,
    MediaAccess,
    MediaLibrary,
    MediaCollector,
    MediaData,
    MediaReferenceRegistry,
    MediaRepository,
  ],
  exports: [Uploads, MediaDownloads, MediaLibrary, MediaCollector, MediaReferenceRegistry],
})
export class MediaModule {}
