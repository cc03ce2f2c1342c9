import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Module, type OnApplicationShutdown } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { ConfigModule } from '../../config/config.module.js';
import { DatabaseServer } from '../../database/database-server.js';
import { WorkerHub } from './worker-hub.js';
import { WorkerSupervisor } from './worker-supervisor.js';

/**
 * The process that the workers are children of, with `WORKERS` of 2 and more. It serves nobody: it owns the embedded
 * engine, the port and what the workers share.
 */
@Module({
  imports: [ConfigModule],
  providers: [
    Clock,
    WorkerHub,
    WorkerSupervisor,
    {
      provide: DatabaseServer,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => DatabaseServer.start(config),
    },
  ],
})
export class PrimaryModule implements OnApplicationShutdown {
  private readonly folder = mkdtempSync(join(tmpdir(), 'parley-workers-'));

  constructor(
    hub: WorkerHub,
    private readonly database: DatabaseServer,
  ) {
    hub.useFolder(this.folder);
  }

  /** After the workers: nobody needs the engine any more. */
  async onApplicationShutdown(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.database.stop();
  }
}
