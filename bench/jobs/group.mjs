import { runGroup } from '../lib/group-load.mjs';
import { median } from '../lib/percentiles.mjs';
import { createProgress } from '../lib/progress.mjs';
import { byRound } from '../lib/rounds.mjs';
import { number, percent, table } from '../lib/table.mjs';
import { takePlaces, withServer } from '../lib/with-server.mjs';
import { writeJson } from '../lib/write-json.mjs';

const FAULTS = ['lost', 'doubled', 'reordered'];

/** What it costs to bring one message to one of many members. */
export const group = { introduction, run };

function introduction({ members, inFlight, rounds, seconds, warmUp }) {
  return (
    `a room of ${members}, one writes, ${inFlight} messages on the way until all have them; ` +
    `${rounds} x ${seconds} s after ${warmUp} s warm-up.`
  );
}

async function run(options, placement, targets) {
  const runs = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const name of options.targets) {
      const progress = createProgress(`group, round ${round} of ${options.rounds}, ${name}`);
      const result = await runOnce(targets[name], options, placement, progress);
      progress(`${number(result.serverMicros, 1)} µs per delivery`, true);
      runs.push({ round, target: name, result });
    }
  }
  console.log(`\n${reportText(runs, options.targets)}`);
  if (options.json) await writeJson(options.json, { options, placement, runs });
  const both = byRound(runs).filter(({ relay, parley }) => relay && parley);
  return {
    isFaultless: runs.every(({ result }) => FAULTS.every((fault) => result[fault] === 0)),
    figures: {
      'group.cpu': both.map(({ relay, parley }) => parley.serverMicros / relay.serverMicros),
      'group.rate': both.map(({ parley }) => parley.perSecond),
    },
  };
}

function runOnce(target, options, placement, progress) {
  progress('starting');
  return withServer(
    target.name,
    () => target.start(options),
    placement,
    async (started) => {
      const room = await target.openGroup(started, options.members, progress);
      const { readCpu } = takePlaces(started.server, placement);
      const result = await runGroup(target, room, options, readCpu);
      for (const socket of [room.sender, ...room.receivers]) socket.disconnect();
      return result;
    },
  );
}

function reportText(runs, names) {
  const figures = [
    ['deliveries per second', ({ perSecond }) => perSecond, number],
    ['heard by all, p50, ms', ({ heardByAllMs }) => heardByAllMs.p50, (value) => number(value, 1)],
    ['heard by all, p95, ms', ({ heardByAllMs }) => heardByAllMs.p95, (value) => number(value, 1)],
    ['server CPU, µs per delivery', ({ serverMicros }) => serverMicros, (value) => number(value, 2)],
    ['engine CPU, µs per delivery', ({ engineMicros }) => engineMicros, (value) => number(value, 2)],
    ['server, share of a core', ({ serverShare }) => serverShare, percent],
    ['generator, share of a core', ({ generatorShare }) => generatorShare, percent],
  ];
  const of = (name) => runs.filter(({ target }) => target === name).map(({ result }) => result);
  const rows = figures.map(([label, value, show]) => [
    label,
    ...names.map((name) => show(median(of(name).map(value)))),
  ]);
  const sum = (name, fault) => of(name).reduce((total, result) => total + result[fault], 0);
  rows.push([
    'lost / doubled / reordered',
    ...names.map((name) => FAULTS.map((fault) => sum(name, fault)).join(' / ')),
  ]);
  return table(['', ...names], rows);
}
