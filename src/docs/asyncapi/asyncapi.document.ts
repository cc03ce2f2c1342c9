import type { ClientEventDoc } from '../client-events.explorer.js';
import { SERVER_EVENT_DOCS } from '../server-events.js';
import { HandshakeRefusalView } from '../server-events.views.js';
import type { AsyncApiDocument, Message, Operation } from './asyncapi.types.js';
import { refTo, type Schemas, schemasUsedBy } from './json-schema.js';
import { ackMessage, clientMessage, message } from './messages.js';
import { clientOperation, serverOperation } from './operations.js';
import { ACKS, HANDSHAKE, INTRODUCTION } from './texts.js';

/** The socket events as AsyncAPI 3, seen from the server: it receives what clients send. */
export function asyncApiDocument(clientEvents: ClientEventDoc[], schemas: Schemas): AsyncApiDocument {
  const messages: Record<string, Message> = {};
  const operations: Record<string, Operation> = {};
  for (const event of clientEvents) {
    messages[`client.${event.name}`] = clientMessage(event, schemas);
    messages[`ack.${event.name}`] = ackMessage(event, schemas);
    operations[`client.${event.name}`] = clientOperation(event);
  }
  for (const [name, { summary, to, payload }] of Object.entries(SERVER_EVENT_DOCS)) {
    messages[`server.${name}`] = message(name, summary, refTo(payload.name), schemas);
    operations[`server.${name}`] = serverOperation(name, summary, `To: ${to}.`, 'server');
  }
  const refusal = 'The handshake was refused; in the client this is `err.data`';
  messages['server.connect_error'] = message(
    'connect_error',
    refusal,
    refTo(HandshakeRefusalView.name),
    schemas,
  );
  operations['server.connect_error'] = serverOperation(
    'connect_error',
    refusal,
    'To: this socket.',
    'handshake',
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley: socket events',
      version: '1',
      description: `${INTRODUCTION}\n\n${HANDSHAKE}\n\n${ACKS}`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      parley: {
        host: '{host}',
        protocol: 'socket.io',
        description: 'Socket.IO 4 on the default path `/socket.io`',
        variables: { host: { default: 'localhost:3000', description: 'The same as of the REST API' } },
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: {
      socket: {
        address: '/',
        title: 'The default namespace',
        description: 'One connection carries everything: a socket gets all events of its user.',
        messages: Object.fromEntries(
          Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }]),
        ),
      },
    },
    operations,
    components: {
      messages,
      schemas: schemasUsedBy(messages, schemas),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            '`accessToken` of a login: `io(url, { auth: { token } })`, or an `Authorization` header',
        },
      },
    },
  };
}
