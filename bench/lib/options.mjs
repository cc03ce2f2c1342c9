import { parseArgs } from 'node:util';

const PLAIN = { rounds: '2', seconds: '15', 'warm-up': '3' };
const READING = { rounds: '3', seconds: '8', 'warm-up': '2' };

/** What each job does when it is not told otherwise. */
const DEFAULTS = {
  pairs: { ...PLAIN, pairs: '100', 'in-flight': '8' },
  latency: { ...PLAIN, pairs: '10', 'in-flight': '1' },
  group: { ...PLAIN, members: '200', 'in-flight': '4', seconds: '10' },
  connects: { ...PLAIN, online: '5000', 'in-flight': '32', seconds: '20' },
  presence: { online: '100,10000', seconds: '25', 'warm-up': '15' },
  history: { ...READING, messages: '100000', 'in-flight': '4' },
  chats: { ...READING, chats: '500', 'in-flight': '1' },
  sync: { ...READING, messages: '1000', 'in-flight': '1' },
  scale: { ...PLAIN, users: '100,10000', 'in-flight': '400' },
  all: {},
};

// A page and one more.
const LEAST_HISTORY = 51;
/** Peers are known to few jobs. */
const PEERED = new Set(['pairs', 'latency']);
const OWN_TARGETS = new Set(['relay', 'parley']);

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const DEFINITIONS = {
  targets: text,
  'engine-core': { ...text, default: 'auto' },
  entry: text,
  json: text,
  jobs: text,
  rounds: text,
  seconds: text,
  'warm-up': text,
  pairs: text,
  'in-flight': text,
  online: text,
  members: text,
  messages: text,
  chats: text,
  users: text,
  receipts: { type: 'boolean' },
  workers: text,
  quick: flag,
  publish: flag,
  check: flag,
  save: flag,
  help: flag,
};

/** The command line as typed options; throws with one sentence when it makes no sense. */
export function readOptions(args, { jobs, targets }) {
  const { values: given, positionals } = parseArgs({ args, options: DEFINITIONS, allowPositionals: true });
  const ofAll = given.check || given.save || given.publish;
  const [job = ofAll ? 'all' : 'pairs', ...rest] = positionals;
  if (!jobs.includes(job) || rest.length > 0) throw new Error(`Jobs are: ${jobs.join(', ')}.`);
  if (job !== 'all' && (ofAll || given.quick || given.jobs)) {
    throw new Error('--quick, --jobs, --publish, --check and --save belong to the job all.');
  }
  if (job === 'all') refuseOthers(given);
  const values = { ...DEFAULTS[job], ...given };
  const among = (names, choices, what) => {
    const chosen = names.split(',');
    if (chosen.some((name) => !choices.includes(name)))
      throw new Error(`${what} are: ${choices.join(', ')}.`);
    return chosen;
  };
  const chosenTargets = among(values.targets ?? 'relay,parley', targets, 'Targets');
  if (!/^(auto|server|generator|all|\d+)$/.test(values['engine-core'])) {
    throw new Error('--engine-core is auto, server, generator, all or a core number.');
  }
  if (!PEERED.has(job) && chosenTargets.some((name) => !OWN_TARGETS.has(name))) {
    throw new Error(`Only ${[...PEERED].join(' and ')} can measure other targets than relay and parley.`);
  }
  if (values.workers !== undefined && job !== 'pairs') throw new Error('--workers is an option of pairs.');
  return {
    job,
    targets: chosenTargets,
    jobs: values.jobs && among(values.jobs, jobs, 'Jobs'),
    rounds: whole(values, 'rounds'),
    pairs: whole(values, 'pairs'),
    inFlight: whole(values, 'in-flight'),
    members: whole(values, 'members', 2),
    messages: whole(values, 'messages', job === 'history' ? LEAST_HISTORY : 1),
    chats: whole(values, 'chats'),
    online: list(values, 'online'),
    users: list(values, 'users'),
    seconds: whole(values, 'seconds'),
    warmUp: whole(values, 'warm-up', 0),
    receipts: values.receipts ?? false,
    workers: whole(values, 'workers') ?? 1,
    engineCore: values['engine-core'],
    entry: values.entry,
    json: values.json,
    quick: values.quick || values.check || values.save,
    publish: values.publish,
    check: values.check,
    save: values.save,
    help: values.help,
  };
}

const OF_ALL = new Set('engine-core entry jobs quick publish check save help'.split(' '));

/** Figures of all jobs are only comparable when each has its own sizes. */
function refuseOthers(given) {
  const other = Object.keys(given).find((name) => !OF_ALL.has(name));
  if (other) throw new Error(`--${other} is an option of single jobs, not of all.`);
}

/** Undefined where the job knows no such number. */
function whole(values, name, least = 1) {
  if (values[name] === undefined) return undefined;
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`--${name} is a whole number from ${least} on.`);
  }
  return value;
}

function list(values, name) {
  return values[name]?.split(',').map((count) => whole({ [name]: count }, name));
}
