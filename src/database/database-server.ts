import { Logger } from '@nestjs/common';

import type { AppConfig } from '../config/app-config.js';
import { EmbeddedEngine } from './embedded/embedded-engine.js';

/** Where the data lives: the server that `MONGODB_URI` names, or an engine of our own in `DATA_DIR`. */
export class DatabaseServer {
  private constructor(
    readonly uri: string,
    readonly kind: 'MONGODB_URI' | 'embedded engine',
    private readonly engine: EmbeddedEngine | null,
  ) {}

  static async start(config: AppConfig): Promise<DatabaseServer> {
    if (config.mongodbUri) return new DatabaseServer(config.mongodbUri, 'MONGODB_URI', null);
    const log = new Logger('EmbeddedEngine');
    const { dataDir, cacheDir } = config;
    const engine = await EmbeddedEngine.start({ dataDir, cacheDir, log, onFatal: giveUp });
    return new DatabaseServer(engine.uri, 'embedded engine', engine);
  }

  async stop(): Promise<void> {
    await this.engine?.stop();
  }
}

/** A server without its database is of no use: whoever supervises it starts it anew. */
function giveUp(): void {
  // Stopping in order ends with 0, and this is no such end.
  process.once('exit', () => {
    process.exitCode = 1;
  });
  process.kill(process.pid, 'SIGTERM');
}
