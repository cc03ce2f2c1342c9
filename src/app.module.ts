import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';

import { AccountsModule } from './accounts/accounts.module.js';
import { AuthModule } from './auth/auth.module.js';
import { JwtAuthGuard } from './auth/jwt-auth.guard.js';
import { CallsModule } from './calls/calls.module.js';
import { ChatsModule } from './chats/chats.module.js';
import { InvitesModule } from './chats/invites/invites.module.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { CommonModule } from './common/common.module.js';
import { HttpExceptionFilter } from './common/http/http-exception.filter.js';
import { NoStrayBodyGuard } from './common/http/no-stray-body.guard.js';
import { RateLimitGuard } from './common/rate-limit/rate-limit.guard.js';
import { DtoPipe } from './common/validation/dto.pipe.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DocsModule } from './docs/docs.module.js';
import { EventsModule } from './events/events.module.js';
import { GatewaysModule } from './gateways/gateways.module.js';
import { HealthModule } from './health/health.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { MediaModule } from './media/media.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { PreviewsModule } from './messages/previews/previews.module.js';
import { TraceModule } from './messages/trace/trace.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SearchModule } from './search/search.module.js';
import { StatusModule } from './status/status.module.js';
import { SyncModule } from './sync/sync.module.js';
import { UsersModule } from './users/users.module.js';

@Module({
  imports: [
    ConfigModule,
    ClusterModule,
    CommonModule,
    EventsModule,
    DatabaseModule,
    AuthModule,
    MediaModule,
    UsersModule,
    ChatsModule,
    InvitesModule,
    MessagesModule,
    PreviewsModule,
    TraceModule,
    StatusModule,
    CallsModule,
    SearchModule,
    ReportsModule,
    AccountsModule,
    SyncModule,
    GatewaysModule,
    JobsModule,
    HealthModule,
    DocsModule,
  ],
  providers: [
    // In this order: who are you, then is it too much (per user, once it is known who).
    { provide: APP_GUARD, useClass: JwtAuthGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: NoStrayBodyGuard },
    { provide: APP_PIPE, useClass: DtoPipe },
    { provide: APP_FILTER, useClass: HttpExceptionFilter },
  ],
})
export class AppModule {}
