import type { AsyncApiDocument, Operation } from '../asyncapi/asyncapi.types.js';
import { type JsonSchema, nameOfRef } from '../asyncapi/json-schema.js';
import { html, type Html, prose } from './html.js';
import { schemaTable, typeOf } from './schema-table.js';

export function clientEvent(id: string, operation: Operation, { components }: AsyncApiDocument): Html {
  const { title, summary } = operation;
  const { messages, schemas } = components;
  const sent = messages[`client.${title}`];
  const ack = messages[`ack.${title}`];
  const data = ack?.payload.oneOf?.[0]?.properties?.data ?? {};
  const limit = operation['x-rate-limit'];
  const field = operation['x-string-form'];
  return html`<section class="event client" id="${id}">
    <header>
      <h3>${title}</h3>
      <span class="badge">client → server</span>
      ${limit && html`<span class="limit">at most ${limit.points} in ${limit.seconds} s per user</span>`}
    </header>
    <p>${prose(summary)}.</p>
    <h4>Payload</h4>
    ${schemaTable(objectOf(sent?.payload ?? {}, schemas))}
    ${field && html`<p class="none">${prose(`A plain string is taken for \`{ ${field} }\`.`)}</p>`}
    <pre>socket.emit('${title}', ${json(sent?.examples[0]?.payload)}, (ack) => { ... });</pre>
    <h4>Ack data</h4>
    ${isEmpty(data) ? prose('`{}`') : data.$ref ? schemaTable(objectOf(data, schemas)) : html`<p>${typeOf(data)}</p>`}
    ${
      operation['x-emits'] &&
      html`<h4>Others hear</h4>
        <p>
          ${operation['x-emits'].map((name) => html`<a href="#server.${name}"><code>${name}</code></a> `)}
        </p>`
    }
    <h4>Errors</h4>
    <ul class="codes">
      ${operation['x-errors']?.map((code) => html`<li><a href="#error-${code}">${code}</a></li>`)}
    </ul>
  </section>`;
}

export function serverEvent(id: string, operation: Operation, { components }: AsyncApiDocument): Html {
  const { title, summary, description = '' } = operation;
  const { messages, schemas } = components;
  const sent = messages[`server.${title}`];
  return html`<section class="event server" id="${id}">
    <header>
      <h3>${title}</h3>
      <span class="badge">server → client</span>
    </header>
    <p>${prose(summary)}. ${prose(description)}</p>
    <h4>Payload</h4>
    ${sent?.payload.$ref && html`<p>${typeOf(sent.payload)}</p>`}
    ${schemaTable(objectOf(sent?.payload ?? {}, schemas))}
    <pre>${json(sent?.examples[0]?.payload)}</pre>
  </section>`;
}

export function schemaSection(name: string, schema: JsonSchema): Html {
  return html`<section class="event" id="schema-${name}">
    <header><h3>${name}</h3></header>
    ${schema.properties ? schemaTable(schema) : html`<p>${typeOf(schema)}</p>`}
  </section>`;
}

/** The object form of a payload. */
function objectOf(payload: JsonSchema, schemas: Record<string, JsonSchema>): JsonSchema {
  const schema = payload.oneOf?.[0] ?? payload;
  return (schema.$ref && schemas[nameOfRef(schema.$ref)]) || schema;
}

function isEmpty({ $ref, properties, additionalProperties }: JsonSchema): boolean {
  return !$ref && !properties && !additionalProperties;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);
