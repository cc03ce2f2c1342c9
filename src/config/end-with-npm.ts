import { readFileSync } from 'node:fs';

import { Clock } from '../common/clock.js';

/** The scripts of package.json that run until they are told to stop. */
const SCRIPTS = ['start', 'db'];
const LOOK_EVERY_MS = 200;

/**
 * Stops this process in order when the `npm start` or `npm run db` that it was started by is gone. npm passes a
 * SIGTERM on to the shell between them, which ends by it and tells nobody, and killed it passes nothing on: the
 * server would stay behind, unseen, with its port and its data folder. Started in any other way, a process
 * outlives whoever started it.
 */
export function endWithNpm(clock = new Clock()): void {
  if (!SCRIPTS.includes(process.env.npm_lifecycle_event ?? '')) return;
  const starters = startersNow();
  const look = (): void => {
    if (startersNow() === starters) clock.setTimer(LOOK_EVERY_MS, look);
    else process.kill(process.pid, 'SIGTERM');
  };
  look();
}

/** The shell, and npm above it where the system tells. Whoever loses its parent gets another. */
function startersNow(): string {
  const shell = process.ppid;
  return `${shell} ${parentOf(shell)}`;
}

function parentOf(pid: number): string {
  try {
    // "pid (name) state ppid ...", and a name may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? '';
  } catch {
    return ''; // no Linux; or gone, which our own new parent says
  }
}
