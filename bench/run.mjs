import { availableParallelism, loadavg } from 'node:os';
import { all } from './jobs/all.mjs';
import { chats } from './jobs/chats.mjs';
import { connects } from './jobs/connects.mjs';
import { group } from './jobs/group.mjs';
import { history } from './jobs/history.mjs';
import { latency } from './jobs/latency.mjs';
import { pairs } from './jobs/pairs.mjs';
import { presence } from './jobs/presence.mjs';
import { scale } from './jobs/scale.mjs';
import { sync } from './jobs/sync.mjs';
import { HELP } from './lib/help.mjs';
import { readOptions } from './lib/options.mjs';
import { planPlacement } from './lib/placement.mjs';
import { ejabberd, ejabberdArchive } from './targets/ejabberd.mjs';
import { parley } from './targets/parley.mjs';
import { relay } from './targets/relay.mjs';

// Share of the cores that others may keep busy before a warning is due.
const BUSY = 0.3;
const TARGETS = { relay, parley, ejabberd, 'ejabberd-archive': ejabberdArchive };
const SINGLE = { pairs, latency, group, connects, presence, history, chats, sync, scale };
const JOBS = { ...SINGLE, all: all(runJob) };

// After a failure timers of the broken run are still pending; nobody waits for them.
process.exit(await main(process.argv.slice(2)));

async function main(args) {
  let options;
  try {
    options = read(args);
  } catch (error) {
    console.error(`${error.message}\nSee node bench/run.mjs --help`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const [load] = loadavg();
  if (load > availableParallelism() * BUSY) {
    console.error(
      `The machine is busy (load average ${load.toFixed(1)}): expect worse figures, and more noise.`,
    );
  }
  try {
    const { isFaultless } = await JOBS[options.job].run(options, place(options), TARGETS);
    return isFaultless ? 0 : 1;
  } catch (error) {
    console.error(`\n${error.message}`);
    return 1;
  }
}

function read(args) {
  return readOptions(args, { jobs: Object.keys(JOBS), targets: Object.keys(TARGETS) });
}

/** Says what is about to be done and where, and plans the cores. */
function place(options) {
  const placement = planPlacement(options.engineCore, options.workers);
  const what = JOBS[options.job].introduction(options);
  console.log(`\n${options.job}: ${what}\nNode ${process.version}; ${placement.note}.\n`);
  return placement;
}

/** One job out of a set, with options as its command line would have them. */
function runJob(args) {
  const options = read(args);
  return JOBS[options.job].run(options, place(options), TARGETS);
}
