import { runClosedLoop } from './closed-loop.mjs';
import { runDriver } from './driver-process.mjs';
import { median } from './percentiles.mjs';
import { createProgress } from './progress.mjs';
import { number, table } from './table.mjs';
import { takePlaces, withServer } from './with-server.mjs';
import { writeJson } from './write-json.mjs';

/**
 * A job that reads: `seed` fills an empty server and says how to ask it (`ask`) and what the bare driver is to
 * fetch for the same (`params`). Both then take turns over the same data, each round on a fresh server. A `crowd` asks
 * in its own way afterwards, so many at a time.
 */
export async function runReading({ kind, seed, what }, options, placement, { parley }) {
  const home = await parley.createHome();
  const start = () => parley.start(options, { home: home.path });
  try {
    const seeding = createProgress(`${kind}, seeding`);
    const { ask, params, crowd } = await withServer(kind, start, placement, ({ server }) =>
      seed(parley, server.url, options, seeding),
    );
    seeding('done', true);
    const rounds = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      const progress = createProgress(`${kind}, round ${round} of ${options.rounds}`);
      progress('starting');
      const result = await withServer(kind, start, placement, async ({ server }) => {
        const { family, readCpu } = takePlaces(server, placement);
        const uri = parley.databaseUri(home.path);
        const task = { uri, params, options, enginePids: family.engine };
        const driver = await runDriver(kind, task, placement);
        const load = ({ ask: one, inFlight }) =>
          runClosedLoop((n) => one(server.url, n), { ...options, inFlight }, readCpu);
        const own = await load({ ask, inFlight: options.inFlight });
        return { driver, parley: own, ...(crowd && { crowd: await load(crowd) }) };
      });
      progress(
        `p50 ${number(result.parley.ms.p50, 1)} ms, driver ${number(result.driver.ms.p50, 1)} ms`,
        true,
      );
      rounds.push(result);
    }
    console.log(`\n${reportText(rounds, what)}`);
    if (options.json) await writeJson(options.json, { options, placement, rounds });
    return rounds;
  } finally {
    await home.remove();
  }
}

function reportText(rounds, what) {
  const names = ['driver', 'parley', 'crowd'].filter((name) => rounds.every((round) => round[name]));
  const figures = [
    [`${what} per second`, ({ perSecond }) => perSecond, 0],
    ['p50, ms', ({ ms }) => ms.p50, 1],
    ['p95, ms', ({ ms }) => ms.p95, 1],
    ['CPU of server or driver, µs each', ({ serverMicros }) => serverMicros, 0],
    ['CPU of the engine, µs each', ({ engineMicros }) => engineMicros, 0],
  ];
  const rows = figures.map(([label, value, digits]) => [
    label,
    ...names.map((name) => number(median(rounds.map((round) => value(round[name]))), digits)),
  ]);
  return table(['', ...names], rows);
}
