import { RATE_LIMITS } from '../../common/rate-limit/rate-limits.js';
import { STRING_FORMS } from '../../realtime/socket-events.js';
import type { ClientEventDoc } from '../client-events.explorer.js';
import type { Operation } from './asyncapi.types.js';
import { errorsOf } from './messages.js';

const CHANNEL = { $ref: '#/channels/socket' };

export function clientOperation(event: ClientEventDoc): Operation {
  const { name, summary, group, emits = [], limit = 'events' } = event;
  const ref = (kind: string) => ({ $ref: `#/channels/socket/messages/${kind}.${name}` });
  const heard = emits.length > 0 ? `Others hear: ${emits.map((one) => `\`${one}\``).join(', ')}.` : undefined;
  const field = STRING_FORMS[name];
  return {
    action: 'receive',
    title: name,
    summary,
    ...(heard && { description: heard }),
    channel: CHANNEL,
    tags: [{ name: group }],
    messages: [ref('client')],
    reply: { channel: CHANNEL, messages: [ref('ack')] },
    'x-errors': errorsOf(event),
    ...(emits.length > 0 && { 'x-emits': emits }),
    'x-rate-limit': RATE_LIMITS[limit],
    ...(field && { 'x-string-form': field }),
  };
}

export function serverOperation(name: string, summary: string, description: string, tag: string): Operation {
  const messages = [{ $ref: `#/channels/socket/messages/server.${name}` }];
  return {
    action: 'send',
    title: name,
    summary,
    description,
    channel: CHANNEL,
    tags: [{ name: tag }],
    messages,
  };
}
