/**
 * The process that holds the data. It is a child of the server so that neither takes the other down by
 * crashing, and it never outlives its parent: when the channel to it closes, for whatever reason, the engine
 * is closed in order and the process ends.
 */
import { openEmbedded } from './host-embedded.js';
import { openMongod } from './host-mongod.js';
import { type HostFailure, type HostMessage, type HostOptions, isBusy } from './host-protocol.js';
import { EngineUnavailable, type OpenEngine } from './open-engine.js';

/** Less than a restarted server waits for us. Acked writes are in the journal, so being cut off loses none. */
const CLOSE_DEADLINE_MS = 8000;

let opening: Promise<OpenEngine> | null = null;
let isClosing = false;

function tell(message: HostMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Ending too is what makes the supervisor start both again. */
function onLost(): void {
  if (!isClosing) process.exit(1);
}

function open(options: HostOptions): Promise<OpenEngine> {
  if (options.mode === 'mongod') return openMongod(options, onLost);
  return openEmbedded(options.dbPath, (message) => tell({ type: 'warning', message }));
}

async function close(): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  // Exiting through the engine's own threads could hang in its turn.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), CLOSE_DEADLINE_MS).unref();
  const engine = await opening?.catch(() => null);
  await engine?.close().catch(() => undefined);
  process.exit(0);
}

function failureOf(error: unknown, message: string): HostFailure {
  if (error instanceof EngineUnavailable) return 'unavailable';
  return isBusy(message) ? 'busy' : 'broken';
}

async function main(): Promise<void> {
  const options: HostOptions = JSON.parse(process.argv[2] ?? '{}');
  try {
    opening = open(options);
    const { socketPath } = await opening;
    tell({ type: 'ready', socketPath });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: 'failed', failure: failureOf(error, message), message });
    await close();
  }
}

// Ctrl+C and a closing terminal go to the whole group: the parent decides, and needs the data until its end.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void close());
process.on('disconnect', () => void close());
process.stderr.on('error', () => undefined); // its reader may be gone while we still close

if (process.connected) await main();
else process.exit(1);
