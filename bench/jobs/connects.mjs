import { setTimeout as delay } from 'node:timers/promises';
import { mapLimited } from '../lib/clients.mjs';
import { median } from '../lib/percentiles.mjs';
import { residentBytes } from '../lib/procstat.mjs';
import { createProgress } from '../lib/progress.mjs';
import { connectRaw } from '../lib/raw-client.mjs';
import { byRound } from '../lib/rounds.mjs';
import { signUpAll } from '../lib/seeding.mjs';
import { number, table } from '../lib/table.mjs';
import { watch } from '../lib/watch.mjs';
import { takePlaces, withServer } from '../lib/with-server.mjs';
import { writeJson } from '../lib/write-json.mjs';

// Handshakes of both servers run warm: the first ones are compiled code's, not the server's.
const WARM_UP_SHARE = 0.1;

/** How fast users come in after a restart, and what each of them holds while nothing happens. */
export const connects = { introduction, run };

function introduction({ online, inFlight, rounds, seconds }) {
  return (
    `${online.at(-1)} users connect, ${inFlight} at a time, then ${seconds} s of silence; the relay's without ` +
    `login; ${rounds} rounds.`
  );
}

async function run(options, placement, { relay, parley }) {
  const home = await parley.createHome();
  const startParley = () => parley.start(options, { home: home.path });
  try {
    const seeding = createProgress('connects, seeding');
    const users = await withServer('connects', startParley, placement, ({ server }) =>
      signUpAll(parley, server.url, options.online.at(-1), seeding),
    );
    seeding('done', true);
    const logins = users.map(({ accessToken }) => ({ token: accessToken }));
    const sides = {
      relay: { start: () => relay.start(), auths: users.map(() => null) },
      parley: { start: startParley, auths: logins },
    };
    const runs = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const name of options.targets) {
        const progress = createProgress(`connects, round ${round} of ${options.rounds}, ${name}`);
        const result = await runOnce(name, sides[name], options, placement);
        progress(`${number(result.perSecond)} per second, ${number(result.kib, 1)} KiB each`, true);
        runs.push({ round, target: name, result });
      }
    }
    console.log(`\n${reportText(runs, options.targets)}`);
    if (options.json) await writeJson(options.json, { options, placement, runs });
    const both = byRound(runs).filter((one) => one.relay && one.parley);
    return {
      isFaultless: runs.every(({ result }) => result.lost === 0),
      figures: {
        'connects.rate': both.map((one) => one.parley.perSecond / one.relay.perSecond),
        'connects.memory': both.map((one) => one.parley.kib),
        'connects.memoryRatio': both.map((one) => one.parley.kib / one.relay.kib),
      },
    };
  } finally {
    await home.remove();
  }
}

async function runOnce(name, { start, auths }, { inFlight, seconds }, placement) {
  let sockets = [];
  let isOver = false;
  let lost = 0;
  try {
    return await withServer(name, start, placement, async ({ server }) => {
      const { family, readCpu } = takePlaces(server, placement);
      const join = async (auth) => {
        const socket = await connectRaw(server.url, auth);
        socket.once('close', () => {
          if (!isOver) lost += 1;
        });
        sockets.push(socket);
      };
      const bytesBefore = residentBytes(family.server);
      const first = Math.ceil(auths.length * WARM_UP_SHARE);
      await mapLimited(auths.slice(0, first), inFlight, join);
      const measured = auths.slice(first);
      const { micros, used } = await watch(readCpu, () => mapLimited(measured, inFlight, join));
      await delay(seconds * 1_000);
      const bytes = residentBytes(family.server) - bytesBefore;
      isOver = true;
      return {
        perSecond: (measured.length / micros) * 1e6,
        serverMicros: used.server / measured.length,
        engineMicros: used.engine / measured.length,
        serverShare: used.server / micros,
        generatorShare: used.generator / micros,
        kib: bytes / 1_024 / auths.length,
        lost,
      };
    });
  } finally {
    // Behind the server's end: the relay would tell everybody of everybody who leaves.
    isOver = true;
    for (const socket of sockets) socket.destroy();
    sockets = [];
  }
}

function reportText(runs, names) {
  const figures = [
    ['connects per second', ({ perSecond }) => perSecond, 0],
    ['server CPU, µs per connect', ({ serverMicros }) => serverMicros, 0],
    ['engine CPU, µs per connect', ({ engineMicros }) => engineMicros, 0],
    ['server, % of a core', ({ serverShare }) => serverShare * 100, 0],
    ['generator, % of a core', ({ generatorShare }) => generatorShare * 100, 0],
    ['memory, KiB per idle connection', ({ kib }) => kib, 1],
    ['connections lost', ({ lost }) => lost, 0],
  ];
  const rows = figures.map(([label, value, digits]) => [
    label,
    ...names.map((name) =>
      number(median(runs.filter(({ target }) => target === name).map(({ result }) => value(result))), digits),
    ),
  ]);
  return table(['', ...names], rows);
}
