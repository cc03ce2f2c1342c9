import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  callOf,
  expectFree,
  heardOfCalls,
  outcome,
  type Pair,
  pair,
  raced,
  ring,
  RING_MS,
  settleAll,
  traceOf,
  twoNodes,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const LANES = 8;
const ROUNDS = 8;

/** What of one pair takes part in a race; on two nodes the laptops and the tablet are on the other. */
interface Lane extends Pair {
  tablet: TestSocket;
}

describe.each([
  ['on one node', 1],
  ['on two nodes', 2],
])('races over a call %s', { timeout: 60_000 }, (_, nodeCount) => {
  let nodes: TestApp[];
  let app: TestApp;
  let lanes: Lane[];

  beforeAll(async () => {
    nodes = nodeCount === 2 ? await twoNodes() : [await createTestApp({ RATE_LIMITS: 'off' })];
    app = nodes[0] as TestApp;
    const other = nodes.at(-1) as TestApp;
    lanes = await Promise.all(
      Array.from({ length: LANES }, async () => {
        const both = await pair(app, other);
        return { ...both, tablet: await other.connectAs(both.bob.user) };
      }),
    );
  });

  afterAll(async () => {
    if (nodeCount === 2) await app.connection.dropDatabase();
    await Promise.all(nodes.map((node) => node.close()));
  });

  const socketsOf = ({ ann, bob, tablet }: Lane) => [ann.phone, ann.laptop, bob.phone, bob.laptop, tablet];

  /**
   * It is over, with the same outcome for both, on every node; each socket of one node has heard the end once,
   * but for the one that did it (it has its ack).
   */
  const expectOver = async (lane: Lane, callId: string, state: string, endEvent: string, by?: TestSocket) => {
    const views = await Promise.all(
      nodes.flatMap((node) => [lane.ann, lane.bob].map(({ user }) => callOf(node, user, callId))),
    );
    for (const view of views) expect(view).toEqual(views[0]);
    expect(views[0]).toMatchObject({ state, endedAt: expect.any(String) });
    const trace = await traceOf(app, lane.bob.user, lane.chatId, callId);
    expect(trace.system).toMatchObject({ kind: 'call', callId, state });
    await settleAll(...socketsOf(lane));
    if (nodeCount > 1) return;
    const ends = ['call_ended', 'call_rejected', 'call_missed'];
    for (const socket of socketsOf(lane)) {
      expect(heardOfCalls(socket, callId).filter((event) => ends.includes(event))).toEqual(
        socket === by ? [] : [endEvent],
      );
    }
  };

  const expectAnswered = ({ ann, bob, tablet }: Lane, callId: string, by: TestSocket) => {
    for (const device of [bob.phone, bob.laptop, tablet]) {
      expect(device.all('call_answered_elsewhere')).toEqual(device === by ? [] : [{ callId }]);
      expect(device.all('incoming_call')).toHaveLength(1);
    }
    for (const device of [ann.phone, ann.laptop])
      expect(device.all('call_accepted')).toEqual([{ callId, userId: bob.id }]);
  };

  /** Accepting has won: it is active until somebody hangs up. */
  const endAfterAnswer = async (lane: Lane, callId: string) => {
    expect(await callOf(app, lane.ann.user, callId)).toMatchObject({ state: 'active' });
    await lane.ann.phone.ok('call_ended', { callId });
    await expectOver(lane, callId, 'ended', 'call_ended', lane.ann.phone);
  };

  const startFresh = async (lane: Lane) => {
    await settleAll(...socketsOf(lane));
    for (const socket of socketsOf(lane)) socket.forget();
    return (await ring(lane.ann.phone, lane.chatId)).id;
  };

  it('should let exactly one of three devices accept', async () => {
    await raced(lanes, ROUNDS, async (lane) => {
      const callId = await startFresh(lane);
      const devices = [lane.bob.phone, lane.bob.laptop, lane.tablet];

      const acks = await Promise.all(devices.map((device) => device.send('call_accepted', { callId })));

      expect(acks.map(outcome).toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'ok']);
      const winner = devices[acks.findIndex(({ ok }) => ok)] as TestSocket;
      await settleAll(...socketsOf(lane));
      if (nodeCount === 1) expectAnswered(lane, callId, winner);
      for (const loser of devices.filter((device) => device !== winner)) {
        await loser.refusal('FORBIDDEN', 'offer', {
          callId,
          to: lane.ann.id,
          offer: { type: 'offer', sdp: 'x' },
        });
      }
      await winner.ok('call_ended', { callId });
      await expectOver(lane, callId, 'ended', 'call_ended', winner);
    });
  });

  it('should decide accepting against cancelling', async () => {
    const seen = new Set<string>();
    await raced(lanes, ROUNDS, async (lane, n) => {
      const callId = await startFresh(lane);
      const accept = () => lane.bob.laptop.send('call_accepted', { callId });
      const cancel = () => lane.ann.phone.send('call_ended', { callId });

      const [accepted, cancelled] = await Promise.all(n % 2 ? [accept(), cancel()] : inOrder(cancel, accept));

      expect(outcome(cancelled)).toBe('ok');
      expect(['ok', 'GONE']).toContain(outcome(accepted));
      seen.add(outcome(accepted));
      await expectOver(lane, callId, accepted.ok ? 'ended' : 'cancelled', 'call_ended', lane.ann.phone);
      expect('answeredAt' in cancelled.data.call).toBe(accepted.ok);
    });
    expect([...seen].toSorted(), 'both outcomes were seen').toEqual(['GONE', 'ok']);
  });

  it('should decide accepting on one device against rejecting on another', async () => {
    await raced(lanes, ROUNDS, async (lane, n) => {
      const callId = await startFresh(lane);
      const accept = () => lane.bob.laptop.send('call_accepted', { callId });
      const reject = () => lane.bob.phone.send('call_rejected', { callId });

      const [accepted, rejected] = await Promise.all(n % 2 ? [accept(), reject()] : inOrder(reject, accept));

      expect([accepted, rejected].filter(({ ok }) => ok)).toHaveLength(1);
      expect(['CONFLICT', 'GONE']).toContain(outcome(accepted.ok ? rejected : accepted));
      if (accepted.ok) await endAfterAnswer(lane, callId);
      else await expectOver(lane, callId, 'rejected', 'call_rejected', lane.bob.phone);
    });
  });

  it('should decide accepting against the end of ringing', async () => {
    const seen = new Set<string>();
    for (let n = 0; n < ROUNDS; n += 1) {
      const callIds = await Promise.all(lanes.map(startFresh));

      const accepts = lanes.map(async ({ bob }, i) => {
        // Some are under way when the time comes, some are not.
        if (i % 2) await bob.phone.settle();
        return bob.laptop.send('call_accepted', { callId: callIds[i] });
      });
      await (lanes[0] as Lane).ann.phone.settle();
      for (const node of nodes) node.clock.advance(RING_MS);

      await Promise.all(
        lanes.map(async (lane, i) => {
          const accepted = await (accepts[i] as (typeof accepts)[number]);
          const callId = callIds[i] as string;
          seen.add(outcome(accepted));
          expect(['ok', 'GONE']).toContain(outcome(accepted));
          if (accepted.ok) return endAfterAnswer(lane, callId);
          await expectOver(lane, callId, 'missed', 'call_missed');
          return undefined;
        }),
      );
    }
    expect([...seen].toSorted(), 'both outcomes were seen').toEqual(['GONE', 'ok']);
  });

  it('should end once when both hang up', async () => {
    await raced(lanes, ROUNDS, async (lane) => {
      const callId = await startFresh(lane);
      await lane.bob.laptop.ok('call_accepted', { callId });

      const parties = [lane.ann.phone, lane.bob.laptop];
      const acks = await Promise.all(parties.map((socket) => socket.send('call_ended', { callId })));

      expect(acks.map(outcome).toSorted()).toEqual(['GONE', 'ok']);
      await expectOver(lane, callId, 'ended', 'call_ended', parties[acks.findIndex(({ ok }) => ok)]);
    });
  });

  it('should end once when the hanging up races with the way back', async () => {
    await raced(lanes, ROUNDS, async (lane) => {
      const callId = await startFresh(lane);
      await lane.bob.phone.ok('call_accepted', { callId });

      const [moved, ended] = await Promise.all([
        lane.bob.laptop.send('call_resume', { callId }),
        lane.ann.phone.send('call_ended', { callId }),
      ]);

      expect(outcome(ended)).toBe('ok');
      expect(['ok', 'GONE']).toContain(outcome(moved));
      await expectOver(lane, callId, 'ended', 'call_ended', lane.ann.phone);
    });
  });

  it('should leave nobody busy', async () => {
    await Promise.all(lanes.map((lane) => expectFree(app, lane)));
  });
});

/** Both under way at once, the first a little earlier; answers in the order of the race's parties. */
function inOrder<T>(earlier: () => Promise<T>, later: () => Promise<T>): [Promise<T>, Promise<T>] {
  const first = earlier();
  const second = later();
  return [second, first];
}
