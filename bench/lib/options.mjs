import { parseArgs } from 'node:util';

export const HELP = `Load tests of Parley, side by side with a tutorial relay on the same machine.

  node bench/run.mjs [job] [options]        (npm run bench -- [job] [options])

Jobs
  pairs               senders and receivers in pairs, closed loop (the default)
  presence            one user comes and goes while few or many others are online

Options of pairs
  --targets LIST      what to measure, in turn (default: relay,parley)
  --rounds N          how often; the report gives medians (default: 2)
  --pairs N           sender and receiver pairs (default: 100)
  --in-flight N       messages that each sender keeps on the way (default: 8)
  --receipts          receivers confirm each delivery (Parley only; the relay has no receipts)

Options of presence
  --online LIST       how many others are online, one measurement each (default: 100,10000)

Options of both
  --seconds N         measured time: per round and target (default: 15), per count of --online (default: 25,
                      the server's ping interval)
  --warm-up N         seconds of load before that (default: 3; presence: 15)
  --engine-core WHERE auto, server, generator, all or a core number (default: auto: a third core,
                      or the generator's where there are two)
  --entry FILE        another build of Parley (default: dist/main.js)
  --json FILE         write all rounds and medians to FILE
  --help              this text

Exit code: 0; 1 when a message was lost, doubled, reordered, refused or not acked, or a coming or going was not
heard exactly once; 2 for a wrong call.
`;

const TIMES = { pairs: { seconds: '15', warmUp: '3' }, presence: { seconds: '25', warmUp: '15' } };

const DEFINITIONS = {
  targets: { type: 'string', default: 'relay,parley' },
  rounds: { type: 'string', default: '2' },
  pairs: { type: 'string', default: '100' },
  'in-flight': { type: 'string', default: '8' },
  online: { type: 'string', default: '100,10000' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  receipts: { type: 'boolean', default: false },
  'engine-core': { type: 'string', default: 'auto' },
  entry: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** The command line as typed options; throws with one sentence when it makes no sense. */
export function readOptions(args, { jobs, targets }) {
  const { values, positionals } = parseArgs({ args, options: DEFINITIONS, allowPositionals: true });
  const [job = 'pairs', ...rest] = positionals;
  if (!jobs.includes(job) || rest.length > 0) throw new Error(`Jobs are: ${jobs.join(', ')}.`);
  values.seconds ??= TIMES[job].seconds;
  values['warm-up'] ??= TIMES[job].warmUp;
  const chosen = values.targets.split(',');
  if (chosen.some((name) => !targets.includes(name))) throw new Error(`Targets are: ${targets.join(', ')}.`);
  if (!/^(auto|server|generator|all|\d+)$/.test(values['engine-core'])) {
    throw new Error('--engine-core is auto, server, generator, all or a core number.');
  }
  return {
    job,
    targets: chosen,
    rounds: whole(values, 'rounds'),
    pairs: whole(values, 'pairs'),
    inFlight: whole(values, 'in-flight'),
    online: values.online.split(',').map((count) => whole({ online: count }, 'online')),
    seconds: whole(values, 'seconds'),
    warmUp: whole(values, 'warm-up', 0),
    receipts: values.receipts,
    engineCore: values['engine-core'],
    entry: values.entry,
    json: values.json,
    help: values.help,
  };
}

function whole(values, name, least = 1) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`--${name} is a whole number from ${least} on.`);
  }
  return value;
}
