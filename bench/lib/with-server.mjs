import { interrupted } from './interrupted.mjs';
import { pin } from './placement.mjs';
import { cpuMicros, processFamily } from './procstat.mjs';

/** Starts a server for `work` and stops it behind it, whatever happens; a failure tells the server's last output. */
export async function withServer(name, start, placement, work) {
  const started = await start();
  try {
    return await Promise.race([interrupted, work(started)]);
  } catch (error) {
    throw new Error(`${name}: ${error.message}\n${started.server.output()}`, { cause: error });
  } finally {
    // The next server inherits this process's cores when it is spawned.
    if (placement.pinned) pin([process.pid], placement.all);
    await started.stop();
  }
}

/** Puts everybody on their cores, and answers what each has used so far. Password hashing is over by now. */
export function takePlaces(server, placement) {
  const family = processFamily(server.pid, server.entry);
  if (placement.pinned) {
    pin(family.server, placement.server);
    pin(family.engine, placement.engine);
    pin([process.pid], placement.generator);
  }
  const readCpu = () => ({
    server: cpuMicros(family.server),
    engine: cpuMicros(family.engine),
    generator: cpuMicros([process.pid]),
  });
  return { family, readCpu };
}
