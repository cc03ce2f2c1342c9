import { setTimeout as delay } from 'node:timers/promises';
import { Audience } from '../lib/audience.mjs';
import { connect, mapLimited } from '../lib/clients.mjs';
import { percentiles } from '../lib/percentiles.mjs';
import { residentBytes } from '../lib/procstat.mjs';
import { createProgress } from '../lib/progress.mjs';
import { number, table } from '../lib/table.mjs';
import { watch } from '../lib/watch.mjs';
import { takePlaces, withServer } from '../lib/with-server.mjs';
import { writeJson } from '../lib/write-json.mjs';

const PARTNERS = 5;
const AT_A_TIME = 16;
// Below it, what a starting server's heap does by itself is more than what the sockets need.
const LEAST_SOCKETS_FOR_MEMORY = 1_000;

/** What one coming and going costs while few or many others, who are not concerned, are online. */
export const presence = { introduction, run };

function introduction({ online, seconds, warmUp }) {
  return (
    `one user with ${PARTNERS} direct-chat partners comes and goes while ${online.join(', then ')} others are ` +
    `online; ${seconds} s each after ${seconds} s of silence and ${warmUp} s warm-up.`
  );
}

async function run(options, placement, { parley }) {
  const home = await parley.createHome();
  const env = { PRESENCE_GRACE_SECONDS: '0' };
  const start = () => parley.start(options, { home: home.path, env });
  try {
    const cast = await withServer('registering', start, placement, ({ server }) =>
      register(parley, server.url, Math.max(...options.online)),
    );
    const results = [];
    // A fresh server each time, over the same data: only the number of those online differs.
    for (const online of options.online) {
      const progress = createProgress(`${online} online`);
      const result = await withServer('presence', start, placement, ({ server }) =>
        measure(server, cast, online, options, placement, progress),
      );
      progress(`${result.changes} comings and goings`, true);
      results.push(result);
    }
    console.log(`\n${reportText(results)}`);
    if (options.json) await writeJson(options.json, { options, placement, results, ratio: ratio(results) });
    return { isFaultless: true, figures: {} };
  } finally {
    await home.remove();
  }
}

/** Everybody registers and logs in before anything is measured, over REST as any client does. */
async function register(parley, url, others) {
  const progress = createProgress('registering');
  const names = Array.from({ length: 1 + PARTNERS + others }, (_, index) => `user${index}`);
  const begun = performance.now();
  let ready = 0;
  const users = await mapLimited(names, AT_A_TIME, async (name) => {
    const user = await parley.signUp(url, name);
    progress(`${(ready += 1)} of ${names.length} users registered and logged in`);
    return user;
  });
  const [traveller, ...rest] = users;
  const partners = rest.slice(0, PARTNERS);
  for (const partner of partners) await parley.openDirectChat(url, traveller, partner);
  progress(`${names.length} users in ${number((performance.now() - begun) / 1_000)} s`, true);
  return { traveller, partners, others: rest.slice(PARTNERS) };
}

async function measure(server, cast, online, options, placement, progress) {
  const { family, readCpu } = takePlaces(server, placement);
  const bytesBefore = residentBytes(family.server);
  const join = ({ accessToken }) => connect(server.url, { token: accessToken });
  const partners = await mapLimited(cast.partners, PARTNERS, join);
  let joined = 0;
  const others = await mapLimited(cast.others.slice(0, online), AT_A_TIME, async (user) => {
    const socket = await join(user);
    progress(`${(joined += 1)} of ${online} others connected`);
    return socket;
  });
  const audience = new Audience(partners, cast.traveller.user.id);
  for (const socket of [...partners, ...others]) {
    socket.once('disconnect', (reason) =>
      audience.fail(new Error(`A client lost its connection: ${reason}`)),
    );
  }

  progress(`${options.seconds} s of silence, ${options.warmUp} s warm-up, ${options.seconds} s measured`);
  const silence = await watch(readCpu, () => Promise.race([audience.failed, delay(options.seconds * 1_000)]));
  const bytes = residentBytes(family.server) - bytesBefore;
  const travel = (seconds) => travels(() => join(cast.traveller), audience, seconds);
  await travel(options.warmUp);
  let trips;
  const load = await watch(readCpu, async () => {
    trips = await travel(options.seconds);
  });

  const changes = trips.online.length;
  // Sockets that are only open cost their pings: that is no cost of the coming and going.
  const micros = (who) => (load.used[who] - silence.used[who] * (load.micros / silence.micros)) / changes;
  return {
    online,
    changes,
    serverMicros: micros('server'),
    engineMicros: micros('engine'),
    onlineMs: percentiles(trips.online),
    offlineMs: percentiles(trips.offline),
    silentShare: silence.used.server / silence.micros,
    bytesPerSocket: online < LEAST_SOCKETS_FOR_MEMORY ? Number.NaN : bytes / (online + PARTNERS),
  };
}

/** One coming and going after the other, each heard by everybody before the next begins. */
async function travels(join, audience, seconds) {
  const end = performance.now() + seconds * 1_000;
  const took = { online: [], offline: [] };
  while (performance.now() < end) {
    const heardOnline = audience.hears('user_online');
    const cameAt = performance.now();
    const socket = await join();
    took.online.push((await heardOnline) - cameAt);
    const heardOffline = audience.hears('user_offline');
    const wentAt = performance.now();
    socket.disconnect();
    took.offline.push((await heardOffline) - wentAt);
  }
  return took;
}

function ratio(results) {
  const [first, last] = [results[0], results.at(-1)];
  return { online: last.online / first.online, server: last.serverMicros / first.serverMicros };
}

function reportText(results) {
  const columns = ['others online', ...results.map(({ online }) => `${online}`)];
  const figures = [
    ['comings and goings', ({ changes }) => number(changes)],
    ['server CPU, µs per coming and going', ({ serverMicros }) => number(serverMicros)],
    ['engine CPU, µs per coming and going', ({ engineMicros }) => number(engineMicros)],
    [`online heard by all ${PARTNERS}, p50 / p95, ms`, ({ onlineMs }) => spread(onlineMs)],
    [`offline heard by all ${PARTNERS}, p50 / p95, ms`, ({ offlineMs }) => spread(offlineMs)],
    ['server in silence, % of a core', ({ silentShare }) => number(silentShare * 100, 1)],
    ['server memory, KiB per idle socket', ({ bytesPerSocket }) => number(bytesPerSocket / 1_024, 1)],
  ];
  const rows = figures.map(([label, show]) => [label, ...results.map(show)]);
  const { online, server } = ratio(results);
  const verdict = `${number(online, 1)} times as many online, server CPU per coming and going: ${number(server, 2)} times`;
  return [table(columns, rows), ...(results.length > 1 ? ['', verdict] : [])].join('\n');
}

function spread({ p50, p95 }) {
  return `${number(p50, 1)} / ${number(p95, 1)}`;
}
