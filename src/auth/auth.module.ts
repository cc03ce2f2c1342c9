import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { MongooseModule } from '@nestjs/mongoose';

import { AppConfig } from '../config/app-config.js';
import { UsersModule } from '../users/users.module.js';
import { accessTokenOptions } from './access-token-options.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LiveSessions } from './live-sessions.js';
import { PasswordService } from './password.service.js';
import { Session, SessionSchema } from './session.schema.js';
import { SessionsData } from './sessions-data.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

@Module({
  imports: [
    UsersModule,
    MongooseModule.forFeature([{ name: Session.name, schema: SessionSchema }]),
    JwtModule.registerAsync({ inject: [AppConfig], useFactory: accessTokenOptions }),
  ],
  controllers: [AuthController, SessionsController],
  providers: [
    AuthService,
    PasswordService,
    SessionsService,
    LiveSessions,
    SessionsRepository,
    SessionsData,
    TokenService,
    JwtStrategy,
  ],
  exports: [TokenService, SessionsService, PasswordService],
})
export class AuthModule {}
