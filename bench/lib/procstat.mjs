import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

// Elsewhere than on Linux the CPU columns read "n/a"; throughput and latency are measured all the same.
const hasProc = existsSync('/proc/self/stat');
const ticksPerSecond = hasProc ? Number(execFileSync('getconf', ['CLK_TCK'])) : Number.NaN;

/** User and system CPU time that these processes, with all their threads, have used so far, in µs. */
export function cpuMicros(pids) {
  if (!hasProc) return Number.NaN;
  let ticks = 0;
  for (const pid of pids) {
    const fields = statFields(pid);
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks / ticksPerSecond) * 1e6;
}

/** Memory that these processes hold at the moment, in bytes. */
export function residentBytes(pids) {
  if (!hasProc) return Number.NaN;
  const kilobytes = pids.map((pid) =>
    Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]),
  );
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024;
}

/**
 * A server and its child processes, told apart: what runs the same entry file is a worker and counts as the
 * server, everything else below it is the database engine.
 */
export function processFamily(pid, entry) {
  const family = { server: [pid], engine: [] };
  if (!hasProc) return family;
  for (const child of descendants(pid)) {
    const command = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0');
    family[command.includes(entry) ? 'server' : 'engine'].push(child);
  }
  return family;
}

function descendants(root) {
  const childrenOf = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(statFields(name)[1]);
      childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const found = [];
  const collect = (pid) => {
    for (const child of childrenOf.get(pid) ?? []) {
      found.push(child);
      collect(child);
    }
  };
  collect(root);
  return found;
}

/** Fields of /proc/<pid>/stat from the third on: the second, the name, may itself hold spaces and brackets. */
function statFields(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
