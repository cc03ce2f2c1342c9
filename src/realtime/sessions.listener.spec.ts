import { describe, expect, it, vi } from 'vitest';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';
import { SessionsListener } from './sessions.listener.js';

describe('SessionsListener', () => {
  it('should end the sockets of the sessions, and remember them for those who come in this moment', () => {
    const events = new DomainEvents();
    const publisher = new RealtimePublisher();
    const endSessions = vi.spyOn(publisher, 'endSessions').mockReturnValue();
    const listener = new SessionsListener(events, publisher);
    listener.onModuleInit();

    events.publish('session.revoked', { userId: 'ann', sessionIds: ['1', '2'] });

    expect(endSessions).toHaveBeenCalledWith(['1', '2']);
    expect(['1', '2', '3'].map((id) => listener.hasJustEnded(id))).toEqual([true, true, false]);
  });
});
