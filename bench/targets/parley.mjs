import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, mapLimited } from '../lib/clients.mjs';
import { signUpAll } from '../lib/seeding.mjs';
import { startServer } from '../lib/server-process.mjs';

const BUILD = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PACKAGE = new URL('../../package.json', import.meta.url);
const PASSWORD = 'Load-test-2026!';
// Passwords are hashed on four threads of the server; more at a time would only queue there.
const LOGINS_AT_A_TIME = 4;

/** Driver of Parley with its embedded engine, over the public REST and Socket.IO interface only. */
export const parley = {
  name: 'parley',

  /** A folder for one run; with `home`, several servers in a row work on the same data, and the caller removes it. */
  createHome,

  async start({ entry, workers = 1 }, { home, env } = {}) {
    const file = entry ? resolve(entry) : BUILD;
    if (!existsSync(file)) throw new Error(`${file} is missing: run "npm run build" first.`);
    const folder = home ?? (await createHome()).path;
    const removeFolder = async () => {
      if (!home) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    };
    try {
      const server = await startServer({
        entry: file,
        command: [process.execPath, ...startFlags(), file],
        cwd: folder,
        env: { ...environment(folder), WORKERS: String(workers), ...env },
        readyPath: '/health/ready',
      });
      const stop = async () => {
        try {
          await server.stop();
        } finally {
          await removeFolder();
        }
      };
      return { server, stop };
    } catch (error) {
      await removeFolder();
      throw error;
    }
  },

  async openChats({ server }, count, progress) {
    const names = Array.from({ length: count * 2 }, (_, index) => `user${index}`);
    let ready = 0;
    const users = await mapLimited(names, LOGINS_AT_A_TIME, async (name) => {
      const user = await signUp(server.url, name);
      progress(`${(ready += 1)} of ${names.length} users registered and logged in`);
      return user;
    });
    const pairs = Array.from({ length: count }, (_, index) => [users[index * 2], users[index * 2 + 1]]);
    return mapLimited(pairs, 10, async ([from, to]) => {
      const { id, lastSeq } = await openDirectChat(server.url, from, to);
      const sender = await connect(server.url, { token: from.accessToken });
      const receiver = await connect(server.url, { token: to.accessToken });
      return { chatId: id, lastSeq, sender, receiver };
    });
  },

  /** One group of all of them; its first member is the one who writes. */
  async openGroup({ server }, size, progress) {
    const [owner, ...others] = await signUpAll(this, server.url, size, progress);
    const memberIds = others.map(({ user }) => user.id);
    const group = { type: 'group', title: 'Load test', memberIds };
    const { id } = await post(server.url, '/api/chats', group, owner.accessToken);
    const [sender, ...receivers] = await mapLimited([owner, ...others], 10, ({ accessToken }) =>
      connect(server.url, { token: accessToken }),
    );
    return { chatId: id, sender, receivers };
  },

  /** Where another process of the same user finds the embedded engine of a server that runs. */
  databaseUri(home) {
    return `mongodb://${encodeURIComponent(join(home, 'data', 'run', 'db.sock'))}/parley`;
  },

  signUp,
  openDirectChat,

  send(chat, message, done) {
    chat.sender.emit('new_message', { chatId: chat.chatId, ...message }, (ack) => {
      done(ack.ok ? null : new Error(`new_message was refused: ${ack.error.code} ${ack.error.message}`));
    });
  },

  onMessage(chat, handler) {
    chat.receiver.on('receive_message', handler);
  },

  /** Without an ack callback, as tutorial clients do; a refusal comes as the event `exception`. */
  confirmDelivery(chat, { seq }) {
    chat.receiver.emit('message_delivered', { chatId: chat.chatId, seq });
  },
};

/** Node's flags as `npm start` gives them. */
function startFlags() {
  const { scripts } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

async function createHome() {
  const path = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) };
}

/**
 * The server works in an empty folder and without the caller's addresses: a load test must never write its
 * users into a database that a .env file or the shell happens to name.
 */
function environment(home) {
  return {
    NODE_ENV: 'development',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    RATE_LIMITS: 'off',
    DATA_DIR: join(home, 'data'),
    BCRYPT_COST: '4',
    MONGODB_URI: undefined,
    REDIS_URL: undefined,
  };
}

async function signUp(url, name) {
  const email = `${name}@bench.example`;
  await post(url, '/api/auth/register', { email, password: PASSWORD, name });
  return post(url, '/api/auth/login', { email, password: PASSWORD });
}

function openDirectChat(url, from, to) {
  return post(url, '/api/chats', { type: 'direct', userId: to.user.id }, from.accessToken);
}

async function post(url, path, body, token) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
