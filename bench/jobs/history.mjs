import { call, callJson } from '../lib/http-client.mjs';
import { runReading } from '../lib/reading.mjs';
import { openDirectChats, sendAll, signUpAll } from '../lib/seeding.mjs';

const PAGE = 50;
// So many different places that neither side reads the same page again at once.
const PLACES = 1_000;

/** Pages out of the middle of a long chat, over REST. */
export const history = { introduction, run };

function introduction({ messages, inFlight, rounds, seconds, warmUp }) {
  return (
    `pages of ${PAGE} at random places of a chat of ${messages}, ${inFlight} requests in flight, beside the bare ` +
    `driver; ${rounds} x ${seconds} s each after ${warmUp} s warm-up.`
  );
}

async function run(options, placement, targets) {
  const rounds = await runReading({ kind: 'history', seed, what: 'pages' }, options, placement, targets);
  return {
    isFaultless: true,
    figures: {
      'history.rate': rounds.map(({ driver, parley }) => parley.perSecond / driver.perSecond),
      'history.p50': rounds.map(({ parley }) => parley.ms.p50),
    },
  };
}

async function seed(parley, url, { messages }, progress) {
  const users = await signUpAll(parley, url, 2, progress);
  const [{ id: chatId }] = await openDirectChats(parley, url, [users], progress);
  const lines = users.map((from) => ({ chatId, from }));
  await sendAll(url, lines, messages, progress);
  const path = (before) => `/api/chats/${chatId}/messages?limit=${PAGE}&before=${before}`;
  const { accessToken: token } = users[0];
  const { items } = await callJson(url, path(messages + 1), { token });
  if (items.length !== PAGE || items.at(-1).seq !== messages)
    throw new Error('The last page is not as sent.');
  const seqs = Array.from({ length: PLACES }, (_, index) => placeOf(index, messages));
  return {
    params: { chatId, seqs, limit: PAGE },
    ask: (server, n) => call(server, path(seqs[n % PLACES]), { token }),
  };
}

/** Spread over the whole chat in no order, and the same in every run. */
function placeOf(index, messages) {
  const share = (index * 0.618_033_988_749) % 1;
  return PAGE + 1 + Math.floor(share * (messages - PAGE));
}
