import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type Allowed,
  type Asked,
  OUTSIDERS,
  type Outsider,
  type Row,
} from '../support/access/access-row.js';
import { prepare, type Scene } from '../support/access/access-scene.js';
import { LATER, SECRET } from '../support/access/access-world.js';
import { askAs, byRest, byUnknown, isRoute, type Outcome } from '../support/access/ask-server.js';
import { CALL_EVENTS } from '../support/access/rows-calls.js';
import { CHATS } from '../support/access/rows-chats.js';
import { EVENTS, MESSAGE_EVENTS } from '../support/access/rows-events.js';
import { GROUPS } from '../support/access/rows-groups.js';
import { CHAT_MESSAGES, MESSAGE_DEEDS, MESSAGES } from '../support/access/rows-messages.js';
import { PEOPLE } from '../support/access/rows-people.js';
import { STATUS_AND_CALLS, STATUS_EVENTS } from '../support/access/rows-status.js';
import { clientEventsOf } from '../support/client-events.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { operationsOf } from '../support/operations.js';

const ROUTE_ROWS = [CHATS, GROUPS, CHAT_MESSAGES, MESSAGE_DEEDS, MESSAGES, PEOPLE, STATUS_AND_CALLS].flat();
const EVENT_ROWS = [EVENTS, MESSAGE_EVENTS, STATUS_EVENTS, CALL_EVENTS].flat();
const UNKNOWN_ID = 'f'.repeat(24);

/*
 * Who may what: every route that the documents list and every event that a gateway handles, by everybody who may
 * not, and in the end by who may. A route or an event without a row fails.
 */
describe('access', () => {
  let app: TestApp;
  let scene: Scene;
  let revoked: TestUser;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '1h' });
    scene = await prepare(app);
    revoked = await app.login(scene.ann.email);
    await app.http.post('/api/auth/logout').set(revoked.auth).expect(204);
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

  const named = (rows: Row[]) =>
    rows.map((row): [string, Row] => [row.about ? `${row.target}, ${row.about}` : row.target, row]);

  describe.each([...named(ROUTE_ROWS), ...named(EVENT_ROWS)])('%s', (_, row) => {
    it('should be closed to who is nobody', async () => {
      const asked = await row.ask(scene, scene[row.by ?? 'ann']);
      await scene.world.freeze();

      if (!isRoute(row)) {
        expect(await byUnknown(scene.world, row, asked)).toEqual([]);
        expect((await byUnknown(scene.world, row, asked, revoked.token)).join()).not.toContain(SECRET);
      } else if (!row.isPublic) {
        for (const headers of [{}, revoked.auth])
          expect((await byRest(scene.world, row, asked, headers)).code).toBe('UNAUTHENTICATED');
      }

      await expectUntouched();
      await row.after?.(scene);
    });

    const outsiders = Object.keys(row.outsiders) as Outsider[];
    it.each(outsiders)('should be as it is written for a %s', async (outsider) => {
      const who = scene[OUTSIDERS[outsider]];
      const expected = row.outsiders[outsider] as string | Allowed;
      const asked = await row.ask(scene, who);
      await scene.world.freeze();

      const outcome = await askAs(scene.world, who, row, asked);

      if (typeof expected === 'string') {
        expect(outcome).toMatchObject({ code: expected });
        await expectUntouched();
        if (isRoute(row) && expected === 'NOT_FOUND') await expectAsUnknown(who, row, asked, outcome);
      } else {
        expect(outcome).toMatchObject({ code: 'OK' });
        expectNoLeak(outcome, outsider, expected);
        if (!expected.isShared) {
          expect(await scene.world.changes(who)).toEqual([]);
          expect(await scene.world.heard([who])).toEqual([]);
        }
      }
      await row.after?.(scene);
    });

    it('should be open to who may, and unheard by all whom it does not concern', async () => {
      const { world, ann, bob, pat } = scene;
      const asked = await row.ask(scene, scene[row.by ?? 'ann']);
      const who = asked.by ?? scene[row.by ?? 'ann'];
      await world.freeze();

      expect(await askAs(world, who, row, asked)).toMatchObject({ code: 'OK' });

      if (row.told) await world.phone(scene[row.told[0]]).next(row.told[1]);
      expect(await world.heard([ann, bob, pat])).toEqual([]);
      await row.after?.(scene);
    });
  });

  async function expectUntouched(): Promise<void> {
    expect(await scene.world.changes(), 'what is stored').toEqual([]);
    expect(await scene.world.heard(), 'what anybody heard').toEqual([]);
  }

  /** A thing that one may not see is refused in the very words for one that is not there. */
  async function expectAsUnknown(who: TestUser, row: Row, asked: Asked, outcome: Outcome): Promise<void> {
    if (!asked.params?.id) return;
    const unknown = await byRest(
      scene.world,
      row,
      { ...asked, params: { ...asked.params, id: UNKNOWN_ID } },
      who.auth,
    );
    expect(outcome).toEqual(unknown);
  }

  /** Nothing private for strangers, nothing of afterwards for who was there before. */
  function expectNoLeak({ text }: Outcome, outsider: Outsider, { sees }: Allowed): void {
    if (sees !== undefined) expect(text).toContain(sees);
    if (outsider === 'member') return;
    expect(text).not.toContain(LATER);
    if (outsider !== 'exMember' && sees !== SECRET) expect(text).not.toContain(SECRET);
  }
});
