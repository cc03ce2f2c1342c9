import { compare, comparisonText, readBaseline, saveBaseline } from '../lib/baseline.mjs';
import { wasInterrupted } from '../lib/interrupted.mjs';
import { publish } from '../lib/publish.mjs';
import { isBetter } from '../lib/goals.mjs';
import { figuresText, saveLatest, summariseFigures } from '../lib/results.mjs';

/**
 * What each job measures for the table. Many short rounds tell more than a few long ones: each is a fresh process, which
 * may have been compiled with more or less luck, at a moment of its own of a machine that has slow ones.
 */
const FULL = {
  pairs: '--receipts --rounds 5 --seconds 10 --targets relay,parley,ejabberd,ejabberd-archive',
  latency: '--rounds 5 --seconds 5',
  group: '--rounds 7 --seconds 6',
  connects: '--rounds 5',
  history: '--rounds 5 --seconds 5',
  chats: '--rounds 5 --seconds 5',
  sync: '--rounds 3 --seconds 5',
  scale: '--rounds 5 --seconds 8 --warm-up 5',
};
const QUICK = {
  pairs: '--receipts --rounds 2 --seconds 6 --warm-up 2',
  latency: '--rounds 3 --seconds 5 --warm-up 2',
  group: '--rounds 2 --seconds 5 --warm-up 2',
  connects: '--rounds 2 --online 1500 --seconds 5',
  history: '--messages 10000 --rounds 2 --seconds 4 --warm-up 1',
  chats: '--chats 200 --rounds 2 --seconds 4 --warm-up 1',
  sync: '--rounds 2 --seconds 4 --warm-up 1',
  scale: '--users 100,1500 --rounds 2 --seconds 6 --warm-up 3',
};

/** Every job in turn, and its figures in one table. `runJob` runs one as its command line would. */
export function all(runJob) {
  return { introduction, run: (options, placement) => run(options, placement, runJob) };
}

function introduction({ quick, jobs }) {
  return `${(jobs ?? Object.keys(FULL)).join(', ')}, ${quick ? 'small and short' : 'in full'}.`;
}

async function run(options, placement, runJob) {
  const { quick, jobs = Object.keys(FULL) } = options;
  const baseline = options.check ? await storedRatios() : {};
  const measure = (job) => attempt(job, [...argsOf(job, quick), ...shared(options)], runJob);
  const values = {};
  const faults = [];
  for (const job of jobs) {
    const outcome = await measure(job);
    Object.assign(values, outcome.figures);
    if (!outcome.isFaultless) faults.push(job);
  }
  const worse = options.check ? await check(values, baseline, measure) : [];

  const figures = summariseFigures(values);
  const measuredAt = new Date().toISOString();
  const report = await saveLatest({ measuredAt, quick, placement, faults, figures });
  console.log(`\n${figuresText(figures)}`);
  if (options.publish) console.log(`\nWritten: ${(await publish(report)).join(', ')}`);
  if (options.save) await saveBaseline(figures);
  if (faults.length > 0) console.error(`\nWith faults: ${faults.join(', ')}`);
  if (worse.length > 0) console.error(`\nWorse than bench/baseline.json: ${worse.join(', ')}`);
  return { isFaultless: faults.length === 0 && worse.length === 0, figures: values };
}

/** One that fails does not keep the others from being measured. */
async function attempt(job, args, runJob) {
  try {
    return await runJob([job, ...args]);
  } catch (error) {
    if (wasInterrupted()) throw error;
    console.error(`\n${error.message}`);
    return { isFaultless: false, figures: {} };
  }
}

async function storedRatios() {
  const stored = await readBaseline();
  if (Object.keys(stored).length > 0) return stored;
  throw new Error('bench/baseline.json has nothing to compare with: --save writes it.');
}

/** The jobs that got worse. Each has a second chance, as a neighbour on the machine can spoil a short measurement. */
async function check(values, baseline, measure) {
  const look = () => compare(summariseFigures(values), baseline);
  const jobsOf = (lines) => [...new Set(lines.filter(({ isWorse }) => isWorse).map(({ job }) => job))];
  const first = look();
  const suspects = jobsOf(first);
  if (suspects.length > 0) console.log(`\n${comparisonText(first)}\n\nAgain: ${suspects.join(', ')}`);
  for (const job of suspects) {
    for (const [key, rounds] of Object.entries((await measure(job)).figures)) {
      if (!values[key] || isBetter(key, rounds, values[key])) values[key] = rounds;
    }
  }
  const lines = look();
  console.log(`\n${comparisonText(lines)}`);
  return jobsOf(lines);
}

function argsOf(job, quick) {
  const args = (quick ? QUICK : FULL)[job];
  if (args === undefined) throw new Error(`The job ${job} has no figures for the table.`);
  return args.split(' ').filter(Boolean);
}

function shared({ engineCore, entry }) {
  return ['--engine-core', engineCore, ...(entry ? ['--entry', entry] : [])];
}
