import { homedir } from 'node:os';
import { join } from 'node:path';

import { endWithNpm } from '../../config/end-with-npm.js';
import { EmbeddedEngine } from './embedded-engine.js';
import { type EngineLog, messageOf } from './engine-start-error.js';

const HELP = `Runs the embedded database alone and prints its address, until Ctrl+C.

  npm run --silent db

Give the address to servers as MONGODB_URI, or to any MongoDB tool of the same user:
several processes can then share one database.

Environment:
  DATA_DIR    where the data is kept            (default: ./data)
  CACHE_DIR   what is prepared once per machine (default: ~/.cache/parley)
`;

/** Standard output carries the address and nothing else, so that scripts can read it. */
const say = (message: string): void => void process.stderr.write(`${message}\n`);
const log: EngineLog = { log: say, warn: say, error: say };

async function main(): Promise<void> {
  endWithNpm();
  const { DATA_DIR, CACHE_DIR } = process.env;
  const engine = await EmbeddedEngine.start({
    dataDir: DATA_DIR || './data',
    cacheDir: CACHE_DIR || join(homedir(), '.cache', 'parley'),
    log,
    onFatal: () => process.exit(1),
  });
  const stop = () => void engine.stop().then(() => process.exit(0));
  // Not `once`: npm passes Ctrl+C on although we got it too, and a second one must not cut the first short.
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  process.stdout.write(`${engine.uri}\n`);
}

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  await main().catch((error: unknown) => {
    say(messageOf(error));
    process.exitCode = 1;
  });
}
