import type { AsyncApiDocument } from '../asyncapi/asyncapi.types.js';
import { ACKS, ERROR_MEANINGS, HANDSHAKE, INTRODUCTION } from '../asyncapi/texts.js';
import { html, Html, prose } from './html.js';
import { clientEvent, schemaSection, serverEvent } from './sections.js';
import { STYLE } from './style.js';

const CONNECT = `import { io } from 'socket.io-client';

const socket = io('http://localhost:3000', { auth: { token: accessToken } });
// { code: 'TOKEN_EXPIRED', message: '...' }
socket.on('connect_error', (err) => console.log(err.data));
socket.on('receive_message', (message) => show(message));

const message = { chatId, clientMessageId: crypto.randomUUID(), text: 'Hello!' };
const ack = await socket.timeout(5000).emitWithAck('new_message', message);
if (!ack.ok) console.log(ack.error.code);`;

/** The AsyncAPI document for people: one page, without scripts or anything from elsewhere. */
export function eventsPage(document: AsyncApiDocument): string {
  const operations = Object.entries(document.operations);
  const client = operations.filter(([, { action }]) => action === 'receive');
  const server = operations.filter(([, { action }]) => action === 'send');
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Parley: socket events</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <div class="page">
          <nav aria-label="Events">
            <h2>Start</h2>
            <a class="plain" href="#handshake">Handshake</a><a class="plain" href="#acks">Acks and errors</a>
            <h2>Clients send</h2>
            ${client.map(([id, { title }]) => html`<a href="#${id}">${title}</a>`)}
            <h2>The server sends</h2>
            ${server.map(([id, { title }]) => html`<a href="#${id}">${title}</a>`)}
            <h2>More</h2>
            <a class="plain" href="#schemas">Schemas</a><a class="plain" href="/docs">REST API</a>
            <a class="plain" href="/docs/events-json">AsyncAPI 3 (JSON)</a>
          </nav>
          <main>
            <h1>Socket events</h1>
            <p>${prose(INTRODUCTION)}</p>
            <p>
              The REST API is at <a href="/docs">/docs</a>; this page as AsyncAPI 3 at
              <a href="/docs/events-json">/docs/events-json</a>.
            </p>
            <h2 id="handshake">Handshake</h2>
            <p>${prose(HANDSHAKE)}</p>
            <pre>${CONNECT}</pre>
            <h2 id="acks">Acks and errors</h2>
            <p>${prose(ACKS)}</p>
            ${errorTable(document)}
            <h2>Clients send</h2>
            ${client.map(([id, operation]) => clientEvent(id, operation, document))}
            <h2>The server sends</h2>
            ${server.map(([id, operation]) => serverEvent(id, operation, document))}
            <h2 id="schemas">Schemas</h2>
            ${Object.entries(document.components.schemas).map(([name, schema]) => schemaSection(name, schema))}
          </main>
        </div>
      </body>
    </html>`;
  return page.text;
}

function errorTable(document: AsyncApiDocument): Html {
  const used = new Set(
    Object.values(document.operations).flatMap((operation) => operation['x-errors'] ?? []),
  );
  const rows = Object.entries(ERROR_MEANINGS).filter(([code]) =>
    used.has(code as keyof typeof ERROR_MEANINGS),
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Code</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([code, meaning]) =>
            html`<tr id="error-${code}">
              <td><code>${code}</code></td>
              <td>${prose(meaning)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
