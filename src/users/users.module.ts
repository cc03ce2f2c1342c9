import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { MediaModule } from '../media/media.module.js';
import { AvatarMedia } from './avatar-media.js';
import { AvatarController } from './avatar.controller.js';
import { Avatars } from './avatars.service.js';
import { Block, BlockSchema } from './block.schema.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksRepository } from './blocks.repository.js';
import { BlocksService } from './blocks.service.js';
import { Contact, ContactSchema } from './contact.schema.js';
import { ContactsController } from './contacts.controller.js';
import { ContactsRepository } from './contacts.repository.js';
import { ContactsService } from './contacts.service.js';
import { LastSeenListener } from './last-seen.listener.js';
import { PrivacyController } from './privacy.controller.js';
import { PrivacySettingsService } from './privacy-settings.service.js';
import { PrivacyRepository } from './privacy.repository.js';
import { PrivacyService } from './privacy.service.js';
import { ProfileController } from './profile.controller.js';
import { User, UserSchema } from './user.schema.js';
import { UserErasuresRepository } from './user-erasures.repository.js';
import { UserErasures } from './user-erasures.service.js';
import { UserViews } from './user-views.service.js';
import { UserSearchService } from './user-search.service.js';
import { UsersData } from './users-data.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [
    MediaModule,
    MongooseModule.forFeature([
      { name: User.name, schema: UserSchema },
      { name: Contact.name, schema: ContactSchema },
      { name: Block.name, schema: BlockSchema },
    ]),
  ],
  controllers: [
    UsersController,
    AvatarController,
    ProfileController,
    PrivacyController,
    ContactsController,
    BlocksController,
  ],
  providers: [
    UsersService,
    UserSearchService,
    UsersRepository,
    ContactsService,
    ContactsRepository,
    BlocksService,
    BlocksRepository,
    PrivacyService,
    PrivacyRepository,
    PrivacySettingsService,
    UserViews,
    Avatars,
    AvatarMedia,
    LastSeenListener,
    UserErasures,
    UserErasuresRepository,
    UsersData,
  ],
  exports: [UsersService, UserErasures, UserViews, ContactsService, BlocksService, PrivacyService],
})
export class UsersModule {}
