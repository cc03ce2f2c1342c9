import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { UsersModule } from '../../users/users.module.js';
import { MessageMark, MessageMarkSchema } from './message-mark.schema.js';
import { MessageMarksData } from './message-marks-data.js';
import { MessageMarksRepository } from './message-marks.repository.js';
import { MessageMarks } from './message-marks.service.js';

/** By itself, as chats show one's marks too. */
@Module({
  imports: [UsersModule, MongooseModule.forFeature([{ name: MessageMark.name, schema: MessageMarkSchema }])],
  providers: [MessageMarks, MessageMarksData, MessageMarksRepository],
  exports: [MessageMarks],
})
export class MessageMarksModule {}
