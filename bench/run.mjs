import { pairs } from './jobs/pairs.mjs';
import { presence } from './jobs/presence.mjs';
import { HELP, readOptions } from './lib/options.mjs';
import { planPlacement } from './lib/placement.mjs';
import { parley } from './targets/parley.mjs';
import { relay } from './targets/relay.mjs';

const JOBS = { pairs, presence };
const TARGETS = { relay, parley };

// After a failure timers of the broken run are still pending; nobody waits for them.
process.exit(await main(process.argv.slice(2)));

async function main(args) {
  let options;
  try {
    options = readOptions(args, { jobs: Object.keys(JOBS), targets: Object.keys(TARGETS) });
  } catch (error) {
    console.error(`${error.message}\nSee node bench/run.mjs --help`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const job = JOBS[options.job];
  const placement = planPlacement(options.engineCore);
  console.log(`${options.job}: ${job.introduction(options)}\nNode ${process.version}; ${placement.note}.\n`);
  try {
    const isFaultless = await job.run(options, placement, TARGETS);
    return isFaultless ? 0 : 1;
  } catch (error) {
    console.error(`\n${error.message}`);
    return 1;
  }
}
