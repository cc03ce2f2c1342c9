import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../chats/chats.module.js';
import { MediaModule } from '../media/media.module.js';
import { UsersModule } from '../users/users.module.js';
import { ReportCapture } from './report-capture.service.js';
import { ReportMedia } from './report-media.js';
import { Report, ReportSchema } from './report.schema.js';
import { ReportsController } from './reports.controller.js';
import { ReportsData } from './reports-data.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';

@Module({
  imports: [
    UsersModule,
    ChatsModule,
    MediaModule,
    MongooseModule.forFeature([{ name: Report.name, schema: ReportSchema }]),
  ],
  controllers: [ReportsController],
  providers: [ReportsService, ReportCapture, ReportMedia, ReportsData, ReportsRepository],
})
export class ReportsModule {}
