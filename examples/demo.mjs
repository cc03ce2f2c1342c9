// Two people meet on a running server: register, log in, chat, type, read, miss something, go offline.
import { Person, say, url } from './lib/person.mjs';

/** Somebody counts as online for a while after their last socket closed (PRESENCE_GRACE_SECONDS). */
const OFFLINE_MS = 60_000;

const HELP = `Shows a chat between two people on a running server, and checks each step of it.

  npm run demo

Environment:
  PARLEY_URL   the server (default: http://localhost:3000)

Makes two new users with random addresses each time. Exit code 0 when all went well, 1 otherwise.
`;

async function chat(ann, bob) {
  const { id: chatId } = await ann.post('/api/chats', { type: 'direct', userId: bob.id });
  await Promise.all([ann.hears('chat_created'), bob.hears('chat_created')]);
  say('Ann', `has opened a chat with Bob (${chatId})`);

  await ann.emit('typing', { chatId });
  await bob.hears('user_typing', ({ userId }) => userId === ann.id);
  say('Bob', 'sees that Ann is typing');

  const draft = { chatId, clientMessageId: crypto.randomUUID(), text: 'Hello Bob!' };
  const { message } = await ann.emit('new_message', draft);
  say('Ann', `writes "${message.text}": stored as message ${message.seq}`);
  await bob.hears('receive_message', ({ id }) => id === message.id);
  say('Bob', `hears "${message.text}"`);

  const again = await ann.emit('new_message', draft);
  if (again.message.id !== message.id) throw new Error('a retry made a second message');
  say('Ann', 'sends it again, as if the ack had been lost: still one message');

  await bob.emit('message_read', { chatId, seq: message.seq });
  await ann.hears('message_receipt', ({ userId, readSeq }) => userId === bob.id && readSeq >= message.seq);
  say('Ann', 'sees that Bob has read it');
  return message;
}

async function missAndCatchUp(ann, bob, { chatId, rev }) {
  bob.disconnect();
  say('Bob', 'is in a tunnel');
  const text = 'Are you still there?';
  await ann.emit('new_message', { chatId, clientMessageId: crypto.randomUUID(), text });
  say('Ann', `writes "${text}"`);
  await bob.connect();
  const { chats } = await bob.post('/api/sync', { chats: { [chatId]: rev } });
  const missed = chats.flatMap(({ messages }) => messages.map((message) => message.text));
  if (missed.length !== 1 || missed[0] !== text) throw new Error(`sync answered ${JSON.stringify(missed)}`);
  say('Bob', `says which state he holds and gets what he missed: "${missed[0]}"`);
}

async function goOffline(ann, bob) {
  bob.disconnect();
  say('Bob', 'closes the app ...');
  const { lastSeenAt } = await ann.hears('user_offline', ({ userId }) => userId === bob.id, OFFLINE_MS);
  say('Ann', `sees that Bob is offline, last seen at ${lastSeenAt}`);
}

async function assertServer() {
  let reason;
  try {
    const response = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(5000) });
    if (response.ok) return;
    reason = `status ${response.status}`;
  } catch (error) {
    reason = error.cause?.code ?? error.message;
  }
  throw new Error(`No Parley answers at ${url} (${reason}). Run "npm start" first, or set PARLEY_URL.`);
}

async function main() {
  await assertServer();
  const ann = await Person.enter('Ann');
  const bob = await Person.enter('Bob');
  try {
    await ann.connect();
    await bob.connect();
    await missAndCatchUp(ann, bob, await chat(ann, bob));
    await goOffline(ann, bob);
  } finally {
    ann.disconnect();
    bob.disconnect();
  }
  console.log('All went well.');
}

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  await main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
