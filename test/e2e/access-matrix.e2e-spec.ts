import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AccessJudge } from '../support/access/access-judge.js';
import type { Allowed, Outsider, Row } from '../support/access/access-row.js';
import { prepare } from '../support/access/access-scene.js';
import { CALL_EVENTS } from '../support/access/rows-calls.js';
import { CHAT_MESSAGES } from '../support/access/rows-chat-messages.js';
import { CHATS } from '../support/access/rows-chats.js';
import { EVENTS, MESSAGE_EVENTS } from '../support/access/rows-events.js';
import { GROUPS } from '../support/access/rows-groups.js';
import { INVITES } from '../support/access/rows-invites.js';
import { MESSAGE_DEEDS } from '../support/access/rows-message-deeds.js';
import { MESSAGES } from '../support/access/rows-messages.js';
import { PEOPLE } from '../support/access/rows-people.js';
import { STATUS_AND_CALLS, STATUS_EVENTS } from '../support/access/rows-status.js';
import { clientEventsOf } from '../support/client-events.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { operationsOf } from '../support/operations.js';

const ROUTE_ROWS = [
  CHATS,
  GROUPS,
  INVITES,
  CHAT_MESSAGES,
  MESSAGE_DEEDS,
  MESSAGES,
  PEOPLE,
  STATUS_AND_CALLS,
].flat();
const EVENT_ROWS = [EVENTS, MESSAGE_EVENTS, STATUS_EVENTS, CALL_EVENTS].flat();

/*
 * Who may what: every route that the documents list and every event that a gateway handles, by everybody who may
 * not, and in the end by who may. A route or an event without a row fails.
 */
describe('access', () => {
  let app: TestApp;
  let judge: AccessJudge;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '1h' });
    const scene = await prepare(app);
    const revoked = await app.login(scene.ann.email);
    await app.http.post('/api/auth/logout').set(revoked.auth).expect(204);
    judge = new AccessJudge(scene, revoked);
  });
  afterAll(() => app.close());

  it('should be decided here for every route', async () => {
    const { body } = await app.http.get('/docs-json').expect(200);
    const routes = operationsOf(body).map(({ name }) => name);

    expect(new Set(ROUTE_ROWS.map(({ target }) => target))).toEqual(new Set(routes));
  });

  it('should be decided here for every event', () => {
    const events = clientEventsOf(app.app).map(({ event }) => event);

    expect(new Set(EVENT_ROWS.map(({ target }) => target))).toEqual(new Set(events));
  });

  describe.each([...named(ROUTE_ROWS), ...named(EVENT_ROWS)])('%s', (_, row) => {
    it('should be closed to who is nobody', async () => {
      await judge.expectClosedToNobody(row);
    });

    it.each(refusalsOf(row))('should be closed to the %s: %s', async (outsider, code) => {
      await judge.expectRefused(row, outsider, code);
    });

    it.each(allowancesOf(row))('should be open to the %s: %s', async (outsider, _why, allowed) => {
      await judge.expectAllowed(row, outsider, allowed);
    });

    it('should be open to who may, and unheard by all whom it does not concern', async () => {
      await judge.expectDone(row);
    });
  });
});

function named(rows: Row[]): [string, Row][] {
  return rows.map((row) => [row.about ? `${row.target}, ${row.about}` : row.target, row]);
}

function refusalsOf({ outsiders }: Row): [Outsider, string][] {
  return Object.entries(outsiders).flatMap(([outsider, expected]): [Outsider, string][] =>
    typeof expected === 'string' ? [[outsider as Outsider, expected]] : [],
  );
}

function allowancesOf({ outsiders }: Row): [Outsider, string, Allowed][] {
  return Object.entries(outsiders).flatMap(([outsider, expected]): [Outsider, string, Allowed][] =>
    typeof expected === 'string' ? [] : [[outsider as Outsider, expected.why, expected]],
  );
}
