import type { ErrorCode } from '../../common/errors/app-error.js';
import { STRING_FORMS } from '../../realtime/socket-events.js';
import type { ClientEventDoc } from '../client-events.explorer.js';
import { SocketErrorView } from '../server-events.views.js';
import type { Message } from './asyncapi.types.js';
import { exampleOf } from './example.js';
import { type JsonSchema, refTo, type Schemas } from './json-schema.js';

/** What any client event may be refused with; handlers name the rest. */
const COMMON_ERRORS: ErrorCode[] = ['VALIDATION', 'TOKEN_EXPIRED', 'RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL'];

export function message(name: string, summary: string, payload: JsonSchema, schemas: Schemas): Message {
  const examples = [{ payload: exampleOf(payload, schemas, { for: 'output' }) }];
  return { name, title: name, summary, contentType: 'application/json', payload, examples };
}

export function clientMessage({ name, summary, payload }: ClientEventDoc, schemas: Schemas): Message {
  const object = payload ? refTo(payload.name) : {};
  const field = STRING_FORMS[name];
  const shorthand = field && { type: 'string', description: `The same as \`{ ${field} }\`` };
  return {
    ...message(name, summary, shorthand ? { oneOf: [object, shorthand] } : object, schemas),
    examples: [{ payload: exampleOf(object, schemas, { for: 'input' }) }],
  };
}

export function ackMessage(event: ClientEventDoc, schemas: Schemas): Message {
  const data = ackDataOf(event);
  const code = { properties: { code: { enum: [...errorsOf(event)] } } };
  const good = { type: 'object', properties: { ok: { const: true }, data }, required: ['ok', 'data'] };
  const bad = {
    type: 'object',
    properties: { ok: { const: false }, error: { allOf: [refTo(SocketErrorView.name), code] } },
    required: ['ok', 'error'],
  };
  return {
    ...message(event.name, `Ack of ${event.name}`, { oneOf: [good, bad] }, schemas),
    examples: [{ payload: { ok: true, data: exampleOf(data, schemas, { for: 'output' }) } }],
  };
}

function ackDataOf({ ack, ackByUser }: ClientEventDoc): JsonSchema {
  if (ackByUser)
    return { type: 'object', additionalProperties: refTo(ackByUser.name), description: 'By user id' };
  return ack ? refTo(ack.name) : { type: 'object' };
}

export function errorsOf({ errors = [], acceptsExpiredToken }: ClientEventDoc): ErrorCode[] {
  const common = COMMON_ERRORS.filter((code) => !(code === 'TOKEN_EXPIRED' && acceptsExpiredToken));
  return [...new Set([...common.slice(0, -2), ...errors, ...common.slice(-2)])];
}
