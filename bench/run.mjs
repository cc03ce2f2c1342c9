import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { runPairs } from './jobs/pairs.mjs';
import { HELP, readOptions } from './lib/options.mjs';
import { pin, planPlacement } from './lib/placement.mjs';
import { cpuMicros, processFamily } from './lib/procstat.mjs';
import { isFaultless, ratios, reportText, summarise } from './lib/report.mjs';
import { number } from './lib/table.mjs';
import { parley } from './targets/parley.mjs';
import { relay } from './targets/relay.mjs';

const JOBS = { pairs: runPairs };
const TARGETS = { relay, parley };
const LOG_EVERY_MS = 5_000;

// Ends a run like any other failure, so that its server is stopped and its data removed.
const interrupted = new Promise((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error('interrupted')));
});
interrupted.catch(() => {});

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
  const placement = planPlacement(options.engineCore);
  console.log(introduction(options, placement));
  try {
    return await runAll(options, placement);
  } catch (error) {
    console.error(`\n${error.message}`);
    return 1;
  }
}

async function runAll(options, placement) {
  const rounds = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const name of options.targets) {
      const progress = createProgress(`round ${round} of ${options.rounds}, ${name}`);
      const result = await runOnce(TARGETS[name], options, placement, progress);
      progress(`${number(result.perSecond)} msg/s, server ${number(result.serverMicros, 1)} µs/msg`, true);
      rounds.push({ round, target: name, result });
    }
  }
  const summary = summarise(rounds);
  console.log(`\n${reportText(summary, placement)}`);
  if (options.json) {
    const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
    const report = { machine, options, placement, rounds, summary, ratios: ratios(summary) };
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return isFaultless(summary) ? 0 : 1;
}

/** A fresh server each time, so that no round inherits another's heap, data or connections. */
async function runOnce(target, options, placement, progress) {
  progress('starting');
  const started = await target.start(options);
  try {
    return await Promise.race([interrupted, load()]);
  } catch (error) {
    throw new Error(`${target.name}: ${error.message}\n${started.server.output()}`, { cause: error });
  } finally {
    // The next server inherits this process's cores when it is spawned.
    if (placement.pinned) pin([process.pid], placement.all);
    await started.stop();
  }

  async function load() {
    const chats = await target.openChats(started, options.pairs, progress);
    // Only now: until here, password hashing may use every core.
    const family = processFamily(started.server.pid, started.server.entry);
    if (placement.pinned) {
      pin(family.server, placement.server);
      pin(family.engine, placement.engine);
      pin([process.pid], placement.generator);
    }
    progress(`${options.warmUp} s warm-up, then ${options.seconds} s measured`);
    const result = await JOBS[options.job](target, chats, options, () => ({
      server: cpuMicros(family.server),
      engine: cpuMicros(family.engine),
      generator: cpuMicros([process.pid]),
    }));
    for (const { sender, receiver } of chats) {
      sender.disconnect();
      receiver.disconnect();
    }
    return result;
  }
}

function introduction(options, placement) {
  return [
    `${options.job}: ${options.pairs} pairs, ${options.inFlight} in flight each, text of 100 bytes, receipts ` +
      `${options.receipts ? 'on' : 'off'}; ${options.rounds} x ${options.seconds} s after ${options.warmUp} s warm-up.`,
    `Node ${process.version}; ${placement.note}.\n`,
  ].join('\n');
}

/** One line that is rewritten on a terminal; a log gets a line every few seconds, and each round's outcome. */
function createProgress(label) {
  let writtenAt = performance.now();
  return (text, isLast = false) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${label}: ${text}${isLast ? '\n' : ''}`);
    else if (isLast || performance.now() - writtenAt > LOG_EVERY_MS) {
      writtenAt = performance.now();
      process.stderr.write(`${label}: ${text}\n`);
    }
  };
}
