import { describe, expect, it } from 'vitest';

import { traceConnections } from './trace-reason.js';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 10, minute));
const span = (from: number, to: number) => ({ sessionId: 's', from: at(from), to: at(to) });
const ALL = { online: true, lastSeen: true };
const SENT = at(30);
const known = (...spans: ReturnType<typeof span>[]) => ({ spans, since: at(0) });

describe('traceConnections', () => {
  it.each([
    ['a device was connected', known(span(20, 40)), { connectedWhenSent: true, reason: 'not_confirmed' }],
    ['it came with the message', known(span(30, 40)), { connectedWhenSent: true, reason: 'not_confirmed' }],
    [
      'one came later',
      known(span(1, 2), span(40, 50)),
      { connectedWhenSent: false, reason: 'not_confirmed' },
    ],
    [
      'none came',
      known(span(1, 2), span(5, 30)),
      { connectedWhenSent: false, reason: 'no_device', since: at(30) },
    ],
    ['none was ever there', known(), { connectedWhenSent: false, reason: 'no_device' }],
    ['it is too long ago', { spans: [], since: at(31) }, { reason: 'not_known' }],
    [
      'that is too long ago, and one came',
      { spans: [span(40, 50)], since: at(40) },
      { reason: 'not_confirmed' },
    ],
  ])('should tell when %s', (_, connections, trace) => {
    expect(traceConnections(connections, SENT, ALL)).toEqual(trace);
  });

  it('should tell nothing where the sender may not know who is online', () => {
    for (const spans of [[], [span(20, 40)], [span(1, 2)], [span(40, 50)]])
      expect(traceConnections(known(...spans), SENT, { online: false, lastSeen: true })).toEqual({
        reason: 'hidden',
      });
  });

  it('should not tell since when nobody is there where last seen is hidden', () => {
    const trace = traceConnections(known(span(1, 2)), SENT, { online: true, lastSeen: false });

    expect(trace).toEqual({ connectedWhenSent: false, reason: 'no_device' });
  });
});
