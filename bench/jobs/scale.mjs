import { connect, mapLimited } from '../lib/clients.mjs';
import { runPairs } from '../lib/pairs-load.mjs';
import { median } from '../lib/percentiles.mjs';
import { createProgress } from '../lib/progress.mjs';
import { isFaultless, summarise } from '../lib/report.mjs';
import { openDirectChats, signUpAll } from '../lib/seeding.mjs';
import { number, table } from '../lib/table.mjs';
import { takePlaces, withServer } from '../lib/with-server.mjs';
import { writeJson } from '../lib/write-json.mjs';

const CONNECTS_AT_A_TIME = 16;

/** Whether a message costs the same among many chats and users as among few. */
export const scale = { introduction, run };

function introduction({ users, inFlight, rounds, seconds, warmUp }) {
  return (
    `as many chats as users, all online: ${users.join(', then ')}; ${inFlight} messages in flight in all, to one ` +
    `chat after the other; ${rounds} x ${seconds} s after ${warmUp} s warm-up.`
  );
}

async function run(options, placement, { parley }) {
  const sizes = [];
  try {
    for (const count of options.users) sizes.push(await prepare(parley, count, options, placement));
    const runs = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const size of sizes) {
        const progress = createProgress(`scale, round ${round} of ${options.rounds}, ${size.count} users`);
        progress('starting');
        const result = await runOnce(parley, size, options, placement);
        progress(`${number(result.perSecond)} msg/s, server ${number(result.serverMicros, 1)} µs/msg`, true);
        runs.push({ round, target: size.count, result });
      }
    }
    console.log(`\n${reportText(runs, options.users)}`);
    if (options.json) await writeJson(options.json, { options, placement, runs });
    const of = (count) => runs.filter(({ target }) => target === count).map(({ result }) => result);
    const [few, many] = [of(options.users[0]), of(options.users.at(-1))];
    return {
      isFaultless: isFaultless(summarise(runs)),
      figures: {
        'scale.rate': many.map(({ perSecond }, round) => perSecond / few[round].perSecond),
        'scale.cpu': many.map(({ serverMicros }, round) => serverMicros / few[round].serverMicros),
      },
    };
  } finally {
    for (const { home } of sizes) await home.remove();
  }
}

/** A database of its own for each size: everybody writes to the next one, so there are as many chats as users. */
async function prepare(parley, count, options, placement) {
  const home = await parley.createHome();
  const start = () => parley.start(options, { home: home.path });
  const progress = createProgress(`scale, seeding ${count} users`);
  const seed = async ({ server }) => {
    const users = await signUpAll(parley, server.url, count + 1, progress);
    const pairs = users.slice(1).map((user, index) => [users[index], user]);
    const chats = await openDirectChats(parley, server.url, pairs, progress);
    return { users, chats };
  };
  try {
    const cast = await withServer('scale', start, placement, seed);
    progress('done', true);
    return { count, home, start, ...cast };
  } catch (error) {
    await home.remove();
    throw error;
  }
}

function runOnce(parley, { users, chats, start }, options, placement) {
  return withServer('scale', start, placement, async ({ server }) => {
    const sockets = await mapLimited(users, CONNECTS_AT_A_TIME, ({ accessToken }) =>
      connect(server.url, { token: accessToken }),
    );
    const lines = chats.map(({ id, lastSeq }, index) => ({
      chatId: id,
      lastSeq,
      sender: sockets[index],
      receiver: sockets[index + 1],
    }));
    const { readCpu } = takePlaces(server, placement);
    const result = await runPairs(parley, lines, { ...options, isSpread: true }, readCpu);
    for (const socket of sockets) socket.disconnect();
    // The next round finds the chats where this one has left them.
    for (const [index, { lastSeq }] of lines.entries()) chats[index].lastSeq = lastSeq;
    return result;
  });
}

function reportText(runs, counts) {
  const summary = summarise(runs);
  const figures = [
    ['messages per second', ({ perSecond }) => number(perSecond)],
    ['ack p50, ms', ({ ackMs }) => number(ackMs.p50, 1)],
    ['server CPU, µs per message', ({ serverMicros }) => number(serverMicros, 1)],
    ['engine CPU, µs per message', ({ engineMicros }) => number(engineMicros, 1)],
    ['lost / doubled / reordered', ({ lost, doubled, reordered }) => `${lost} / ${doubled} / ${reordered}`],
    ['holes in seq', ({ seqGaps }) => `${seqGaps}`],
    ['never acked', ({ unacked }) => `${unacked}`],
  ];
  const rows = figures.map(([label, show]) => [label, ...counts.map((count) => show(summary[count]))]);
  const rateAt = (count) =>
    median(runs.filter(({ target }) => target === count).map(({ result }) => result.perSecond));
  const ratio = rateAt(counts.at(-1)) / rateAt(counts[0]);
  return [
    table(['users and chats', ...counts.map(String)], rows),
    '',
    `Messages per second among ${counts.at(-1)} / among ${counts[0]}: ${number(ratio, 2)}`,
  ].join('\n');
}
