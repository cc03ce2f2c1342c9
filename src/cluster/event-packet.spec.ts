import { describe, expect, it } from 'vitest';

import { decode, encode } from './event-packet.js';

describe('packets between nodes', () => {
  it('should arrive as they were sent, moments too', () => {
    const packet = {
      from: 'a',
      name: 'user.offline',
      payload: { userId: 'ann', lastSeenAt: new Date('2026-11-23T10:15:30.123Z') },
    } as const;

    expect(decode(encode(packet))).toEqual(packet);
  });

  it('should tell a gap from an event', () => {
    expect(decode(encode({ from: 'a', hasGap: true }))).toEqual({ from: 'a', hasGap: true });
  });
});
