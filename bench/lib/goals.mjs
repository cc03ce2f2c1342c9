import { median } from './percentiles.mjs';

/**
 * Every figure that a job hands back: how it reads, which way is better, and what it must and should be. Figures
 * with the unit `x` are ratios of two things measured in the same run: only they mean the same on any machine.
 */
export const FIGURES = [
  define(
    'pairs.cpu',
    '100 pairs, 8 in flight, receipts on: server CPU per message, to the relay',
    'x',
    3.5,
    2.5,
  ),
  define('pairs.cpuWithEngine', "the same with the database engine's CPU", 'x'),
  define('pairs.ejabberd', 'the same: ejabberd, to the relay', 'x'),
  define('pairs.ejabberdArchive', 'the same: ejabberd with its archive, to the relay', 'x'),
  define('pairs.rate', 'the same: messages per second', '/s', undefined, undefined, 'higher'),
  define('latency.ackP50', '10 pairs, one in flight each: ack p50', 'ms', 15, 6),
  define('latency.ackP95', 'the same: ack p95', 'ms'),
  define('latency.ratio', "the same: ack p50, to the relay's", 'x'),
  define('group.cpu', 'group of 200: server CPU per delivery, to the relay', 'x', 1.4, 1.15),
  define('group.rate', 'the same: deliveries per second', '/s', undefined, undefined, 'higher'),
  define('connects.rate', "connects per second with JWT, to the relay's without", 'x', 0.6, 0.9, 'higher'),
  define('connects.memory', 'memory per idle connection', 'KiB', 40, 25),
  define('connects.memoryRatio', "the same, to the relay's", 'x'),
  define(
    'history.rate',
    'history pages of 50 over REST per second, to the bare driver',
    'x',
    0.4,
    0.7,
    'higher',
  ),
  define('history.p50', 'the same: p50', 'ms'),
  define('chats.p50', 'list of 500 chats: p50', 'ms', 60, 25),
  define('chats.ratio', 'the same, to the bare driver', 'x'),
  define('sync.p50', 'sync after 1,000 missed messages: p50', 'ms', 400, 150),
  define('sync.ratio', 'the same, to the bare driver', 'x'),
  define('sync.idle', 'sync of 80 at once who missed nothing, one chat each: server CPU each', 'ms'),
  define(
    'scale.rate',
    'messages per second among 10,000 chats and users, to among 100',
    'x',
    0.8,
    0.95,
    'higher',
  ),
  define('scale.cpu', 'the same: server CPU per message', 'x'),
];

function define(key, label, unit, must, goal, better = 'lower') {
  return { key, label, unit, must, goal, better };
}

/** How many times worse `value` is than `reference`, whichever way is better: above 1 is worse. */
export function timesWorse({ better }, value, reference) {
  return better === 'lower' ? value / reference : reference / value;
}

/** Whether these rounds came out better than the others, by their medians. */
export function isBetter(key, rounds, others) {
  const figure = FIGURES.find((one) => one.key === key);
  return timesWorse(figure, median(rounds), median(others)) < 1;
}

export function verdict(figure, value) {
  if (figure.must === undefined) return '';
  if (timesWorse(figure, value, figure.goal) <= 1) return 'goal';
  return timesWorse(figure, value, figure.must) <= 1 ? 'must' : 'missed';
}

/** With its unit, in as many digits as mean something. */
export function show({ unit }, value) {
  if (value === undefined) return '';
  if (!Number.isFinite(value)) return 'n/a';
  if (unit === 'x') return `${value.toFixed(2)}x`;
  return unit === '/s' ? `${value.toFixed(0)}/s` : `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}
