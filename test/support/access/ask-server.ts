import { Manager } from 'socket.io-client';

import type { TestUser } from '../create-test-app.js';
import type { Asked, Row } from './access-row.js';
import type { AccessWorld } from './access-world.js';

const UNKNOWN_ID = 'f'.repeat(24);

export interface Outcome {
  /** `OK`, or why not. */
  code: string;
  /** All of the answer. */
  text: string;
}

export const isRoute = ({ target }: Pick<Row, 'target'>): boolean => target.includes(' ');

/** Asks as somebody, over the way that the row is about. */
export function askAs(world: AccessWorld, who: TestUser, row: Row, asked: Asked): Promise<Outcome> {
  return isRoute(row) ? byRest(world, row, asked, who.auth) : byEvent(world, who, row, asked);
}

export async function byRest(
  world: AccessWorld,
  { target }: Row,
  { params = {}, query = '', body, file }: Asked,
  headers: Record<string, string>,
): Promise<Outcome> {
  const [method = '', pattern = ''] = target.split(' ');
  const path = Object.entries(params).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, value),
    pattern,
  );
  const call = world.app.http[method.toLowerCase() as 'get'](path + query).set(headers);
  const answer = await (file ? call.attach('file', file, 'x.jpg') : call.send(body));
  const text = answer.text ?? JSON.stringify(answer.body);
  return { code: answer.status < 300 ? 'OK' : String(answer.body?.error?.code ?? answer.status), text };
}

/** The same about something that is not there. */
export function aboutUnknown(asked: Asked): Asked {
  const { params, query, body, payload, hidden = asked.params?.id } = asked;
  const text = JSON.stringify({ params, query, body, payload });
  const id = hidden ?? /[0-9a-f]{24}/.exec(text)?.[0] ?? '';
  return JSON.parse(text.replaceAll(id, UNKNOWN_ID)) as Asked;
}

/** Somebody made for a row has no device yet. */
async function byEvent(world: AccessWorld, who: TestUser, row: Row, asked: Asked): Promise<Outcome> {
  const args = asked.payload === undefined ? [] : [asked.payload];
  const ack = await world.phone(who).send(row.target, ...args);
  return { code: ack.ok ? 'OK' : ack.error.code, text: JSON.stringify(ack) };
}

/**
 * Says the event on a connection that was not let in, right behind its handshake with this token, if any;
 * resolves when the server has closed the connection, with what it had said by then.
 */
export function byUnknown(world: AccessWorld, row: Row, asked: Asked, token?: string): Promise<string[]> {
  const said: string[] = [];
  const manager = new Manager(world.app.url, {
    transports: ['websocket'],
    reconnection: false,
    autoConnect: false,
  });
  return new Promise((resolve) => {
    manager.open(() => {
      const { engine } = manager;
      engine.on('data', (text: string) => said.push(text));
      engine.on('close', () => resolve(said));
      if (token !== undefined) engine.write(`0${JSON.stringify({ token })}`);
      engine.write(`27${JSON.stringify([row.target, asked.payload])}`);
    });
  });
}
