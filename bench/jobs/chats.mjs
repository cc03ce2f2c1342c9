import { setTimeout as delay } from 'node:timers/promises';
import { callJson } from '../lib/http-client.mjs';
import { runReading } from '../lib/reading.mjs';
import { openDirectChats, sendAll, signUpAll } from '../lib/seeding.mjs';

const PAGE = 100;
const MESSAGES_PER_CHAT = 2;
const SETTLED_WITHIN_MS = 30_000;

/** What an app asks for when it starts: all chats of somebody who has many, page after page. */
export const chats = { introduction, run };

function introduction({ chats: count, inFlight, rounds, seconds, warmUp }) {
  return (
    `the list of ${count} chats in pages of ${PAGE}, ${inFlight} at a time, beside the bare driver; ` +
    `${rounds} x ${seconds} s each after ${warmUp} s warm-up.`
  );
}

async function run(options, placement, targets) {
  const rounds = await runReading({ kind: 'chats', seed, what: 'lists' }, options, placement, targets);
  return {
    isFaultless: true,
    figures: {
      'chats.p50': rounds.map(({ parley }) => parley.ms.p50),
      'chats.ratio': rounds.map(({ driver, parley }) => parley.ms.p50 / driver.ms.p50),
    },
  };
}

async function seed(parley, url, { chats: count }, progress) {
  const [owner, ...partners] = await signUpAll(parley, url, count + 1, progress);
  const pairs = partners.map((partner) => [owner, partner]);
  const opened = await openDirectChats(parley, url, pairs, progress);
  const lines = opened.map(({ id }, index) => ({ chatId: id, from: partners[index] }));
  await sendAll(url, lines, count * MESSAGES_PER_CHAT, progress);
  const ask = (server) => list(server, owner.accessToken, count);
  await untilSettled(() => ask(url));
  return { params: { userId: owner.user.id, count }, ask };
}

/** Right after the sends chats still move up in the list, and one that does between two pages is in neither. */
async function untilSettled(ask) {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(500);
    }
  }
}

async function list(url, token, count) {
  let seen = 0;
  let cursor = null;
  do {
    const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const page = await callJson(url, `/api/chats?limit=${PAGE}${after}`, { token });
    seen += page.items.length;
    cursor = page.nextCursor;
  } while (cursor);
  if (seen !== count) throw new Error(`The list had ${seen} chats instead of ${count}.`);
}
