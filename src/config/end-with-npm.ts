import { Clock } from '../common/clock.js';

/** The scripts of package.json that run until they are told to stop. */
const SCRIPTS = ['start', 'db'];
const LOOK_EVERY_MS = 200;

/**
 * Stops this process in order when the `npm start` or `npm run db` that it was started by is gone. npm passes a
 * SIGTERM on to the shell between them, which ends by it and tells nobody: the server would stay behind, unseen,
 * with its port and its data folder. Started in any other way, a process outlives whoever started it.
 */
export function endWithNpm(clock = new Clock()): void {
  if (!SCRIPTS.includes(process.env.npm_lifecycle_event ?? '')) return;
  const shell = process.ppid;
  const look = (): void => {
    if (process.ppid === shell) clock.setTimer(LOOK_EVERY_MS, look);
    else process.kill(process.pid, 'SIGTERM');
  };
  look();
}
