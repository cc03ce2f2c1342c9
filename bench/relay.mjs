// The yardstick: the chat relay that Socket.IO tutorials end with. Nobody logs in, nothing is stored, and
// whoever names a chat is in it. It is the least a server can do for a message, so its CPU per message is 1.0.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer((_request, response) => response.end('ok'));
const io = new Server(http, { perMessageDeflate: false });
const users = new Map();

io.on('connection', (socket) => {
  socket.on('user_connected', (userId) => {
    users.set(userId, socket.id);
    socket.data.userId = userId;
    io.emit('user_online', userId);
  });

  // Tutorials send no ack here; the load test needs one to know when both sides are in the room.
  socket.on('join_chat', (chatId, ack) => {
    void socket.join(chatId);
    ack?.();
  });

  socket.on('new_message', (message, ack) => {
    ack?.({ ok: true });
    socket.to(message.chatId).emit('receive_message', message);
  });

  socket.on('typing', ({ chatId, userId }) => {
    socket.to(chatId).emit('user_typing', { userId });
  });

  socket.on('disconnect', () => {
    users.delete(socket.data.userId);
    io.emit('user_offline', socket.data.userId);
  });
});

http.listen(Number(process.env.PORT ?? 3001), '127.0.0.1');
