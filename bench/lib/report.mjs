import { median } from './percentiles.mjs';
import { number, percent, table } from './table.mjs';

// One line per figure, one column per target: it stays narrow enough for any terminal.
const FIGURES = [
  ['messages per second', (result) => number(result.perSecond)],
  ['ack p50 / p95 / p99, ms', ({ ackMs }) => spread(ackMs)],
  ['delivery p50 / p95 / p99, ms', ({ deliveryMs }) => spread(deliveryMs)],
  ['server CPU, µs per message', (result) => number(result.serverMicros, 1)],
  ['engine CPU, µs per message', (result) => number(result.engineMicros, 1)],
  ['server, share of a core', (result) => percent(result.serverShare)],
  ['engine, share of a core', (result) => percent(result.engineShare)],
  ['generator, share of a core', (result) => percent(result.generatorShare)],
  ['lost / doubled / reordered', (result) => `${result.lost} / ${result.doubled} / ${result.reordered}`],
  ['holes in seq', (result) => `${result.seqGaps}`],
  ['never acked', (result) => `${result.unacked}`],
];
const FAULTS = ['lost', 'doubled', 'reordered', 'seqGaps', 'unacked'];
// Above this share of its core, the generator may be what everything waits for.
const GENERATOR_BUSY = 0.9;

/** Per target: the median of each measured figure over the rounds, and the sum of each fault. */
export function summarise(rounds) {
  const summary = {};
  for (const { target } of rounds) {
    summary[target] ??= combine(
      rounds.filter((round) => round.target === target).map((round) => round.result),
    );
  }
  return summary;
}

function combine(results) {
  const combined = {};
  for (const [key, value] of Object.entries(results[0])) {
    const values = results.map((result) => result[key]);
    if (typeof value === 'object') combined[key] = combine(values);
    else if (FAULTS.includes(key)) combined[key] = values.reduce((sum, count) => sum + count, 0);
    else combined[key] = median(values);
  }
  return combined;
}

export function isFaultless(summary) {
  return Object.values(summary).every((result) => FAULTS.every((fault) => result[fault] === 0));
}

export function ratios({ relay, parley }) {
  if (!relay || !parley) return undefined;
  return {
    server: parley.serverMicros / relay.serverMicros,
    withEngine: (parley.serverMicros + parley.engineMicros) / relay.serverMicros,
  };
}

export function reportText(summary, placement) {
  const names = Object.keys(summary);
  const rows = FIGURES.map(([label, show]) => [label, ...names.map((name) => show(summary[name]))]);
  const lines = [table(['', ...names], rows), ''];
  const ratio = ratios(summary);
  if (ratio) {
    lines.push(`Server CPU per message, parley / relay: ${number(ratio.server, 2)}`);
    lines.push(`The same with the database engine's CPU: ${number(ratio.withEngine, 2)}`);
    lines.push(
      "Parley also delivers each message to the sender's own sockets: one delivery more than the relay.",
    );
  }
  for (const [name, result] of Object.entries(summary)) {
    const onGeneratorsCore =
      result.generatorShare + (placement.engineSharesGenerator ? result.engineShare : 0);
    if (onGeneratorsCore > GENERATOR_BUSY) {
      lines.push(
        `${name}: the generator's core was ${percent(onGeneratorsCore)} busy, so msg/s and latency may be ` +
          "this test's limits rather than the server's. CPU per message stands.",
      );
    }
  }
  return lines.join('\n');
}

function spread({ p50, p95, p99 }) {
  return [p50, p95, p99].map((ms) => number(ms, 1)).join(' / ');
}
