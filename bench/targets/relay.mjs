import { fileURLToPath } from 'node:url';
import { connect, mapLimited } from '../lib/clients.mjs';
import { startServer } from '../lib/server-process.mjs';

const ENTRY = fileURLToPath(new URL('../relay.mjs', import.meta.url));

/** Driver of the tutorial relay. It knows no receipts, so `--receipts` changes nothing here. */
export const relay = {
  name: 'relay',

  async start() {
    const server = await startServer({ entry: ENTRY, readyPath: '/' });
    return { server, stop: () => server.stop() };
  },

  async openChats({ server }, count) {
    const chatIds = Array.from({ length: count }, (_, index) => `chat-${index}`);
    return mapLimited(chatIds, 20, async (chatId) => {
      const sender = await join(server.url, chatId, `${chatId}-sender`);
      const receiver = await join(server.url, chatId, `${chatId}-receiver`);
      return { chatId, sender, receiver };
    });
  },

  async openGroup({ server }, size) {
    const names = Array.from({ length: size }, (_, index) => `member-${index}`);
    const [sender, ...receivers] = await mapLimited(names, 20, (name) => join(server.url, 'group', name));
    return { chatId: 'group', sender, receivers };
  },

  send(chat, message, done) {
    chat.sender.emit('new_message', { chatId: chat.chatId, ...message }, () => done(null));
  },

  onMessage(chat, handler) {
    chat.receiver.on('receive_message', handler);
  },
};

async function join(url, chatId, userId) {
  const socket = await connect(url);
  socket.emit('user_connected', userId);
  await socket.emitWithAck('join_chat', chatId);
  return socket;
}
