import { once } from 'node:events';
import { io } from 'socket.io-client';

const url = process.env.PARLEY_URL ?? 'http://localhost:3000';

async function post(path, body, token = '') {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function enter(name) {
  const account = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery' };
  await post('/auth/register', { ...account, name });
  const { accessToken: token, user } = await post('/auth/login', account);
  const socket = io(url, { auth: { token } });
  await once(socket, 'connect');
  return { id: user.id, token, socket };
}

const [ann, bob] = [await enter('Ann'), await enter('Bob')];
const { id: chatId } = await post('/chats', { type: 'direct', userId: bob.id }, ann.token);

const send = (text) =>
  ann.socket.emitWithAck('new_message', { chatId, clientMessageId: crypto.randomUUID(), text });

const heard = once(bob.socket, 'receive_message');
const ack = await send('Hello Bob!'); // the ack means: stored, for good
const [message] = await heard;
console.log(`Ann sent message ${ack.data.message.seq}, Bob heard: ${message.text}`);

bob.socket.disconnect(); // the train enters a tunnel
await send('Are you there?');
bob.socket.connect();
await once(bob.socket, 'connect');
// After every connect: say which revs you hold, get exactly what you lack.
const { chats } = await post('/sync', { chats: { [chatId]: message.rev } }, bob.token);
console.log(`Bob missed: ${chats[0].messages.map(({ text }) => text)}`);

ann.socket.disconnect();
bob.socket.disconnect();
