import { connect, mapLimited } from './clients.mjs';

// More than the server's hashing threads would only queue; reads and writes in between keep it busy.
const SIGN_UPS_AT_A_TIME = 16;
const SENDS_AT_A_TIME = 400;
const MESSAGE_BYTES = 100;

/** Registers and logs in `count` users, over REST as any client does. */
export async function signUpAll(parley, url, count, progress) {
  const names = Array.from({ length: count }, (_, index) => `user${index}`);
  let ready = 0;
  return mapLimited(names, SIGN_UPS_AT_A_TIME, async (name) => {
    const user = await parley.signUp(url, name);
    progress(`${(ready += 1)} of ${count} users registered and logged in`);
    return user;
  });
}

/** Direct chats of these pairs of users. */
export async function openDirectChats(parley, url, pairs, progress) {
  let ready = 0;
  return mapLimited(pairs, SIGN_UPS_AT_A_TIME, async ([from, to]) => {
    const chat = await parley.openDirectChat(url, from, to);
    progress(`${(ready += 1)} of ${pairs.length} chats opened`);
    return chat;
  });
}

/** Sends `count` messages in turn to these chats, `{ chatId, from }` each, with many on the way. */
export async function sendAll(url, lines, count, progress) {
  const sockets = new Map();
  await mapLimited([...new Set(lines.map(({ from }) => from))], SIGN_UPS_AT_A_TIME, async (user) => {
    sockets.set(user, await connect(url, { token: user.accessToken }));
  });
  await mapLimited(Array.from({ length: count }), SENDS_AT_A_TIME, async (_, index) => {
    const { chatId, from } = lines[index % lines.length];
    const text = `message ${index} `.padEnd(MESSAGE_BYTES, 'lorem ipsum ');
    const message = { chatId, clientMessageId: `seed-${index}`, text };
    const ack = await sockets.get(from).emitWithAck('new_message', message);
    if (!ack.ok) throw new Error(`new_message was refused: ${ack.error.code} ${ack.error.message}`);
    if (index % 100 === 0) progress(`${index} of ${count} messages sent`);
  });
  for (const socket of sockets.values()) socket.disconnect();
}
