import { callJson } from '../lib/http-client.mjs';
import { runReading } from '../lib/reading.mjs';
import { openDirectChats, sendAll, signUpAll } from '../lib/seeding.mjs';

const CHATS = 10;
const LIMIT = 1_000;

/** What a phone asks for that was away while others wrote. */
export const sync = { introduction, run };

function introduction({ messages, inFlight, rounds, seconds, warmUp }) {
  return (
    `${messages} missed messages in ${CHATS} chats, ${inFlight} sync at a time, beside the bare driver; ` +
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
    },
  };
}

async function seed(parley, url, { messages }, progress) {
  const [owner, ...partners] = await signUpAll(parley, url, CHATS + 1, progress);
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
  return { params: { held, count: messages }, ask };
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
