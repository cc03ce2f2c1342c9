import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Who runs on which core. The server always has one to itself, as the relay has, so both are compared alike.
 * The engine takes a third core; on a two-core machine it shares the generator's: it then costs the generator
 * time (which the report shows), but it neither slows the server nor hides in the server's figures.
 */
export function planPlacement(engineCore = 'auto', workers = 1) {
  if (workers > 1)
    return {
      pinned: false,
      note: `not pinned: ${workers} workers, the engine and the generator share the cores`,
    };
  const cores = allowedCores();
  if (!cores) return { pinned: false, note: 'not pinned: taskset or /proc is missing, so figures vary more' };
  if (cores.length < 2) return { pinned: false, note: 'not pinned: only one core, all processes share it' };
  const [server, generator, third = generator] = cores;
  const choices = { auto: third, server, generator, all: cores.join(',') };
  const engine = choices[engineCore] ?? engineCore;
  const shared = String(engine) === String(generator) ? ", which is the generator's" : '';
  return {
    pinned: true,
    server,
    generator,
    engine,
    all: cores.join(','),
    engineSharesGenerator: shared !== '',
    note: `server on core ${server}, generator on core ${generator}, database engine on core ${engine}${shared}`,
  };
}

/** `-a`: an engine has dozens of threads, and without it only the main one would move. */
export function pin(pids, cores) {
  for (const pid of pids) {
    const args = ['-a', '-p', '-c', String(cores), String(pid)];
    try {
      execFileSync('taskset', args, { stdio: 'pipe' });
    } catch {
      // A thread that ends while taskset walks through them makes it stop; the second walk does without it.
      execFileSync('taskset', args, { stdio: 'pipe' });
    }
  }
}

function allowedCores() {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    const status = readFileSync('/proc/self/status', 'utf8');
    return parseCoreList(/^Cpus_allowed_list:\s*(.+)$/m.exec(status)[1]);
  } catch {
    return null;
  }
}

/** "0-2,5" -> [0, 1, 2, 5] */
function parseCoreList(list) {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
