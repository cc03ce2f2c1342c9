import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ProfileController } from './profile.controller.js';
import { User, UserSchema } from './user.schema.js';
import { UserSearchService } from './user-search.service.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [MongooseModule.forFeature([{ name: User.name, schema: UserSchema }])],
  controllers: [UsersController, ProfileController],
  providers: [UsersService, UserSearchService, UsersRepository],
  exports: [UsersService],
})
export class UsersModule {}
