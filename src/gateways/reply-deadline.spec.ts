import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ParleySocket } from '../realtime/parley-socket.js';
import { FrameBatcher } from './frame-batcher.js';
import { type AckBody, OpenEvent } from './open-event.js';
import { ReplyDeadline } from './reply-deadline.js';

describe('ReplyDeadline', () => {
  let deadline: ReplyDeadline;
  let answers: [string, AckBody][];

  beforeEach(() => {
    vi.useFakeTimers();
    answers = [];
    deadline = new ReplyDeadline();
  });
  afterEach(() => {
    deadline.stop();
    vi.useRealTimers();
  });

  function open(name: string): OpenEvent {
    const packet = ({ data: [body] }: { data: [AckBody] }) => void answers.push([name, body]);
    const event = new OpenEvent({ packet } as unknown as ParleySocket, new FrameBatcher(), name, 0);
    deadline.watch(event);
    return event;
  }
  const names = () => answers.map(([name]) => name);

  it('should answer what stays open, in the order of arrival, and once', () => {
    open('a');
    vi.advanceTimersByTime(15_000);
    open('b');
    vi.advanceTimersByTime(6000);
    expect(answers).toMatchObject([['a', { ok: false, error: { code: 'UNAVAILABLE' } }]]);

    vi.advanceTimersByTime(60_000);
    expect(names()).toEqual(['a', 'b']);
  });

  it.each([
    ['first', 0],
    ['one between', 1],
    ['last', 2],
  ])('should leave alone what was closed: the %s', (_, index) => {
    const events = ['a', 'b', 'c'].map(open);
    deadline.close(events[index] as OpenEvent);
    open('d');

    vi.advanceTimersByTime(21_000);

    expect(names()).toEqual(['a', 'b', 'c', 'd'].filter((_name, at) => at !== index));
  });

  it('should go on after everything was closed, one of them twice', () => {
    const events = ['a', 'b'].map(open);
    for (const event of [...events, ...events]) deadline.close(event);
    open('c');
    deadline.close(events[0] as OpenEvent);

    vi.advanceTimersByTime(21_000);

    expect(names()).toEqual(['c']);
  });

  it('should say nothing to what answers late', () => {
    const event = open('a');
    vi.advanceTimersByTime(21_000);

    deadline.close(event);
    event.answer({ ok: true, data: {} });

    expect(answers).toHaveLength(1);
  });
});
