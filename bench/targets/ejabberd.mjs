import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapLimited } from '../lib/clients.mjs';
import { freePort } from '../lib/free-port.mjs';
import { startServer } from '../lib/server-process.mjs';
import { XmppClient } from '../lib/xmpp-client.mjs';

const ERL = '/usr/bin/erl';
const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const PASSWORD = 'Load-test-2026';

/** ejabberd as Debian packages it, over plain XMPP, in a folder of its own; with the archive it stores as it goes. */
export const ejabberd = target('ejabberd', { hasArchive: false });
export const ejabberdArchive = target('ejabberd-archive', { hasArchive: true });

function target(name, { hasArchive }) {
  return {
    name,

    /** Why it cannot be measured here, if so. */
    missing() {
      const isThere = existsSync('/usr/sbin/ejabberdctl') && existsSync(ERL);
      return isThere ? null : 'apt-get install ejabberd';
    },

    async start() {
      const folder = await mkdtemp(join(tmpdir(), 'ejabberd-bench-'));
      const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 10 });
      try {
        const port = await freePort();
        const config = join(folder, 'ejabberd.yml');
        await writeFile(config, configuration(port, hasArchive));
        const server = await startServer({
          command: [ERL, ...startArguments(folder, config)],
          env: { ERL_LIBS: LIBRARIES, HOME: folder },
          cwd: folder,
          port,
          isReady: () => accepts(port),
        });
        const stop = async () => {
          await server.stop();
          await removeFolder();
        };
        return { server, port, stop };
      } catch (error) {
        await removeFolder();
        throw error;
      }
    },

    async openChats({ port }, count) {
      const chatIds = Array.from({ length: count }, (_, index) => `chat-${index}`);
      return mapLimited(chatIds, 10, async (chatId) => {
        const sender = await XmppClient.open(port, `${chatId}-sender`, PASSWORD);
        const receiver = await XmppClient.open(port, `${chatId}-receiver`, PASSWORD);
        return { chatId, sender, receiver };
      });
    },

    send(chat, { text }, done) {
      chat.sender.send(`${chat.chatId}-receiver`, text, done);
    },

    onMessage(chat, handler) {
      chat.receiver.on('message', (text) => handler({ chatId: chat.chatId, text }));
    },
  };
}

/** One scheduler, as the server has one core; a node without a name, so that none is registered on the machine. */
function startArguments(folder, config) {
  const settings = ['-ejabberd', 'config', `"${config}"`, 'log_path', `"${join(folder, 'ejabberd.log')}"`];
  return [
    '+S',
    '1:1',
    '-noinput',
    '-mnesia',
    'dir',
    `"${join(folder, 'data')}"`,
    ...settings,
    '-s',
    'ejabberd',
  ];
}

function configuration(port, hasArchive) {
  return `hosts: [localhost]
loglevel: error
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    access: all
    shaper: none
auth_method: internal
registration_timeout: infinity
access_rules:
  register:
    allow: all
modules:
  mod_register:
    access: register
    ip_access: all
  mod_stream_mgmt: {}
  mod_offline: {}
${hasArchive ? '  mod_mam:\n    default: always\n' : ''}`;
}

function accepts(port) {
  return new Promise((resolve) => {
    const probe = connect({ host: '127.0.0.1', port });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.on('connect', () => probe.destroy());
  });
}
