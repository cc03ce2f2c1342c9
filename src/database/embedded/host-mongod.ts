import type { HostOptions } from './host-protocol.js';
import { EngineUnavailable, type OpenEngine } from './open-engine.js';

type MongodPackage = typeof import('mongodb-memory-server-core');

async function loadPackage(): Promise<Pick<MongodPackage, 'MongoMemoryServer'>> {
  try {
    return await import('mongodb-memory-server-core');
  } catch (error) {
    throw new EngineUnavailable('the optional package mongodb-memory-server-core is not installed', {
      cause: error,
    });
  }
}

/**
 * Runs a real mongod, downloaded once, for machines the embedded engine is not built for.
 * In spite of the package's name the data is kept: a folder of ours and the WiredTiger storage.
 * `onLost` is called when the mongod ends, by itself or in `close`.
 */
export async function openMongod(options: HostOptions, onLost: () => void): Promise<OpenEngine> {
  const { MongoMemoryServer } = await loadPackage();
  const isWindows = process.platform === 'win32';
  const server = new MongoMemoryServer({
    instance: {
      ip: '127.0.0.1',
      port: options.port,
      portGeneration: false,
      dbPath: options.dbPath,
      storageEngine: 'wiredTiger',
      launchTimeout: 60_000,
      args: ['--wiredTigerCacheSizeGB', '0.25'],
    },
    binary: { downloadDir: options.downloadDir },
    // Its own process group: Ctrl+C must reach the app first, which then stops this in order.
    spawn: { detached: !isWindows, windowsHide: true },
  });
  await server.start(true);
  server.instanceInfo?.instance.mongodProcess?.once('exit', onLost);
  return { socketPath: null, close: async () => void (await server.stop({ doCleanup: false })) };
}
