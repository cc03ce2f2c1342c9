// How long a search takes over many messages, and how long the index takes to get there. See bench/README.md.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { connect, mapLimited } from './lib/clients.mjs';
import { percentiles } from './lib/percentiles.mjs';
import { planPlacement } from './lib/placement.mjs';
import { createProgress } from './lib/progress.mjs';
import { number, table } from './lib/table.mjs';
import { withServer } from './lib/with-server.mjs';
import { writeJson } from './lib/write-json.mjs';
import { parley } from './targets/parley.mjs';

const HELP = `Searches over many messages, one after the other.

  node bench/search.mjs [options]

  --messages N   messages in all (default: 100000)
  --chats N      direct chats of the one who searches (default: 20)
  --searches N   searches of each kind (default: 200)
  --entry FILE   another build of Parley (default: dist/main.js)
  --json FILE    write the figures to FILE
`;
const IN_FLIGHT = 200;
const SYLLABLES = 'ka lo mi nu re sa to vi we zu ba do fe gi ho'.split(' ');
const COMMON = 'the a to you and we is it in of for on me that be'.split(' ');

/** A vocabulary as people have one: a few words all the time, thousands now and then. */
function wordOf(random) {
  if (random() < 0.5) return COMMON[Math.floor(random() * COMMON.length)];
  const length = 2 + Math.floor(random() * 2);
  return Array.from({ length }, () => SYLLABLES[Math.floor(random() ** 2 * SYLLABLES.length)]).join('');
}

const textOf = (random, n) =>
  `${Array.from({ length: 6 + Math.floor(random() * 8) }, () => wordOf(random)).join(' ')} m${n}`;

const KINDS = {
  'a word of every second message': () => 'the ',
  'two common words': () => 'you and ',
  'a common word and a rarer one': (random) => `the ${SYLLABLES[Math.floor(random() * 15)]}${SYLLABLES[3]}`,
  'the beginning of words': (random) => wordOf(random).slice(0, 4),
  'a word of one message': (random, count) => `m${Math.floor(random() * count)} `,
  'a word of none': (_random, _count, n) => `nowhere${n}`,
};

process.exit(await main());

async function main() {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '100000' },
      chats: { type: 'string', default: '20' },
      searches: { type: 'string', default: '200' },
      entry: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [messages, chats, searches] = [values.messages, values.chats, values.searches].map(Number);
  const start = () => parley.start({ entry: values.entry });
  const placement = planPlacement('all');
  const figures = await withServer('search', start, placement, (started) =>
    measure(started, { messages, chats, searches }),
  );
  console.log(`\n${reportText(figures)}`);
  if (values.json) await writeJson(values.json, figures);
  return 0;
}

async function measure({ server }, { messages, chats, searches }) {
  const random = seeded(7);
  const searcher = await parley.signUp(server.url, 'searcher');
  const others = await mapLimited(Array.from({ length: chats }), 4, (_, n) =>
    parley.signUp(server.url, `other${n}`),
  );
  const opened = await mapLimited(others, 4, (other) => parley.openDirectChat(server.url, searcher, other));
  const sentMs = await timed(() => sendAll(server.url, others, opened, messages, random));
  const indexedMs = await timed(() => untilIndexed(server.url, searcher));
  const kinds = {};
  for (const [kind, questionOf] of Object.entries(KINDS)) {
    const progress = createProgress(kind);
    const samples = [];
    for (let n = 0; n < searches; n += 1) {
      const q = questionOf(random, messages, n);
      samples.push(await timed(() => search(server.url, searcher, q)));
    }
    kinds[kind] = percentiles(samples);
    progress(`p99 ${number(kinds[kind].p99, 1)} ms`, true);
  }
  return { messages, chats, searches, sentMs, indexedMs, kinds };
}

async function sendAll(url, others, opened, count, random) {
  const progress = createProgress('sending');
  const sockets = await mapLimited(others, 4, ({ accessToken }) => connect(url, { token: accessToken }));
  await mapLimited(Array.from({ length: count }), IN_FLIGHT, async (_, n) => {
    const at = n % sockets.length;
    const message = { chatId: opened[at].id, clientMessageId: `m${n}`, text: textOf(random, n) };
    const ack = await sockets[at].emitWithAck('new_message', message);
    if (!ack.ok) throw new Error(`refused: ${ack.error.code}`);
    if (n % 1000 === 0) progress(`${n} of ${count}`);
  });
  for (const socket of sockets) socket.disconnect();
}

/** Searches help: each works a part of what is left into the index. */
async function untilIndexed(url, searcher) {
  while ((await search(url, searcher, 'anything')).incomplete) await delay(10);
}

async function search(url, { accessToken }, q) {
  const response = await fetch(`${url}/api/messages/search?q=${encodeURIComponent(q)}`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (!response.ok) throw new Error(`the search for "${q}" answered ${response.status}`);
  return response.json();
}

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** The same messages and questions in every run. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function reportText({ messages, chats, searches, sentMs, indexedMs, kinds }) {
  const rows = Object.entries(kinds).map(([kind, { p50, p95, p99 }]) => [
    kind,
    number(p50, 1),
    number(p95, 1),
    number(p99, 1),
  ]);
  return [
    `${messages} messages in ${chats} chats, sent in ${number(sentMs / 1000, 1)} s, then all in the index after ${number(indexedMs / 1000, 1)} s more.`,
    `${searches} searches of each kind, one after the other, over HTTP:`,
    '',
    table(['ms', 'p50', 'p95', 'p99'], rows),
  ].join('\n');
}
