import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pin } from './placement.mjs';

const ENTRY = fileURLToPath(new URL('../driver.mjs', import.meta.url));

/** Has the bare driver do what `kind` stands for, in a process of its own on the core that the server has. */
export async function runDriver(kind, { uri, params, options, enginePids }, placement) {
  const child = fork(ENTRY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    if (placement.pinned) pin([child.pid], placement.server);
    const { inFlight, warmUp, seconds } = options;
    child.send({ uri, kind, params, enginePids, options: { inFlight, warmUp, seconds } });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The bare driver ended with exit code ${code}.`);
    });
    ended.catch(() => {});
    const [result] = await Promise.race([once(child, 'message'), ended]);
    return result;
  } finally {
    kill();
    process.off('exit', kill);
  }
}
