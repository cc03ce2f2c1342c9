import { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';

import { describe, expect, it, vi } from 'vitest';

import type { ParleySocket } from '../realtime/parley-socket.js';
import { releaseRequest, releaseResponses } from './idle-memory.js';

const request = { method: 'GET', headers: {} } as IncomingMessage;

describe('idle memory', () => {
  it('should keep nothing of what a socket came with', () => {
    const conn = { request, remoteAddress: '127.0.0.1' };
    const socket = { conn, handshake: { headers: { cookie: 'x' }, auth: { token: 'secret' } }, id: 'one' };

    releaseRequest(socket as unknown as ParleySocket);

    expect(socket).toEqual({
      conn: { request: null, remoteAddress: '127.0.0.1' },
      handshake: { headers: {}, query: {}, auth: {} },
      id: 'one',
    });
  });

  it('should take the request from the stand-in for a response, and leave real ones alone', () => {
    const use = vi.fn<(middleware: (...args: unknown[]) => void) => void>();
    releaseResponses({ use });
    const middleware = use.mock.calls[0]![0];
    const standIn = Object.assign(new EventEmitter(), { req: request });
    const real = new ServerResponse(request);
    const next = vi.fn<() => void>();

    middleware(request, standIn, next);
    middleware(request, real, next);

    expect(standIn.req).toBeNull();
    expect(real.req).toBe(request);
    expect(next).toHaveBeenCalledTimes(2);
  });
});
