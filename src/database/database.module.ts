import {
  Global,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { getConnectionToken, MongooseModule } from '@nestjs/mongoose';
import { type Connection } from 'mongoose';

import { AppConfig } from '../config/app-config.js';
import { DatabaseServer } from './database-server.js';
import { durableWrites } from './durable-writes.js';
import { ensureIndexes } from './ensure-indexes.js';
import { settleDeadWrites } from './settle-dead-writes.js';

const SELECTION_TIMEOUT_MS = 5000;

@Global()
@Module({
  providers: [
    {
      provide: DatabaseServer,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => DatabaseServer.start(config),
    },
  ],
  exports: [DatabaseServer],
})
class DatabaseServerModule {}

/**
 * The connection of the whole server. Acked writes are on the journal: see ADR 2. Global so
 * that Nest opens it before any other module and closes it after all of them.
 */
@Global()
@Module({
  imports: [
    DatabaseServerModule,
    MongooseModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DatabaseServer],
      useFactory: async ({ uri }: DatabaseServer) => {
        settleDeadWrites();
        return {
          uri,
          autoIndex: false,
          autoCreate: false,
          writeConcern: await durableWrites({ uri, timeoutMs: SELECTION_TIMEOUT_MS }),
          // What a failover could still take back is not shown to anybody.
          readConcern: { level: 'majority' },
          serverSelectionTimeoutMS: SELECTION_TIMEOUT_MS,
          bufferCommands: false,
          maxPoolSize: 20,
          retryAttempts: 3,
          retryDelay: 500,
        };
      },
    }),
  ],
})
export class DatabaseModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseModule.name);

  constructor(
    @Inject(getConnectionToken()) private readonly connection: Connection,
    private readonly server: DatabaseServer,
  ) {}

  /** Before the server listens: no request ever meets a missing index. */
  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(Object.values(this.connection.models).map((model) => ensureIndexes(model)));
    this.logger.log(`database ready (${this.server.kind})`);
  }

  /** After every module has flushed what it held: first the connection, then the engine below it. */
  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
    await this.server.stop();
  }
}
