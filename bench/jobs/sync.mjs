import { call, callJson } from '../lib/http-client.mjs';
import { runReading } from '../lib/reading.mjs';
import { openDirectChats, sendAll, signUpAll } from '../lib/seeding.mjs';

const CHATS = 10;
const LIMIT = 1_000;
// Those who come back together, as after a restart, and had missed nothing.
const CROWD = 80;

/** What a phone asks for that was away while others wrote. */
export const sync = { introduction, run };

function introduction({ messages, inFlight, rounds, seconds, warmUp }) {
  return (
    `${messages} missed messages in ${CHATS} chats, ${inFlight} sync at a time, beside the bare driver; then ${CROWD} at ` +
    `a time who missed nothing; ` +
    `${rounds} x ${seconds} s each after ${warmUp} s warm-up.`
  );
}

async function run(options, placement, targets) {
  const rounds = await runReading({ kind: 'sync', seed, what: 'syncs' }, options, placement, targets);
  return {
    isFaultless: true,
    figures: {
      'sync.p50': rounds.map(({ parley }) => parley.ms.p50),
      'sync.ratio': rounds.map(({ driver, parley }) => parley.ms.p50 / driver.ms.p50),
      'sync.idle': rounds.map(({ crowd }) => crowd.serverMicros / 1_000),
    },
  };
}

async function seed(parley, url, { messages }, progress) {
  const [owner, ...others] = await signUpAll(parley, url, 1 + CHATS + CROWD, progress);
  const partners = others.slice(0, CHATS);
  const token = owner.accessToken;
  const pairs = partners.map((partner) => [owner, partner]);
  const opened = await openDirectChats(parley, url, pairs, progress);
  const lines = opened.map(({ id }, index) => ({ chatId: id, from: partners[index] }));
  // A chat that the phone knows nothing of would come as a snapshot.
  for (const { chatId } of lines) {
    const body = { clientMessageId: 'known', text: 'known' };
    await callJson(url, `/api/chats/${chatId}/messages`, { token, body });
  }
  const { items } = await callJson(url, `/api/chats?limit=${CHATS}`, { token });
  const held = Object.fromEntries(items.map(({ id, rev }) => [id, rev]));
  await sendAll(url, lines, messages, progress);
  const ask = (server) => catchUp(server, token, held, messages);
  await ask(url);
  return {
    params: { held, count: messages },
    ask,
    crowd: await seedCrowd(parley, url, others.slice(CHATS), progress),
  };
}

/** They have a chat with one another, two by two, and hold all of it. */
async function seedCrowd(parley, url, users, progress) {
  const pairs = users.flatMap((user, index) => (index % 2 ? [[users[index - 1], user]] : []));
  const opened = await openDirectChats(parley, url, pairs, progress);
  const lines = opened.map(({ id }, index) => ({ chatId: id, from: pairs[index][0] }));
  await sendAll(url, lines, lines.length, progress);
  const questions = await Promise.all(users.map((user) => idleQuestion(url, user.accessToken)));
  return { ask: (server, n) => call(server, '/api/sync', questions[n % CROWD]), inFlight: CROWD };
}

async function idleQuestion(url, token) {
  const { items } = await callJson(url, '/api/chats', { token });
  const chats = Object.fromEntries(items.map(({ id, rev, receiptRev }) => [id, { rev, receiptRev }]));
  const first = await callJson(url, '/api/sync', { token, body: { chats, me: 0 } });
  const question = { token, body: { chats, me: first.me?.rev ?? 0 } };
  const again = await callJson(url, '/api/sync', question);
  if (items.length !== 1 || again.chats.length > 0 || again.me)
    throw new Error('A sync of the crowd is not idle.');
  return question;
}

async function catchUp(url, token, held, messages) {
  let seen = 0;
  let cursor;
  do {
    const body = { chats: held, limit: LIMIT, ...(cursor && { cursor }) };
    const answer = await callJson(url, '/api/sync', { token, body });
    for (const chat of answer.chats) seen += chat.messages.length;
    cursor = answer.nextCursor;
  } while (cursor);
  if (seen !== messages) throw new Error(`The sync brought ${seen} messages instead of ${messages}.`);
}
