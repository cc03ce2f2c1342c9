import { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';

import { describe, expect, it, vi } from 'vitest';

import type { ParleySocket } from '../realtime/parley-socket.js';
import { releaseRequest, upgradeAtOnce } from './idle-memory.js';

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

  it('should let upgrades pass no middleware and keep nothing of their requests, and leave polls alone', () => {
    const apply = vi.fn<(request: object, response: object, next: () => void) => void>();
    const engine = { _applyMiddlewares: apply };
    upgradeAtOnce(engine);
    const standIn = Object.assign(new EventEmitter(), { req: request });
    const real = new ServerResponse(request);
    const next = vi.fn<() => void>(() => expect(standIn.req).toBe(request));

    engine._applyMiddlewares(request, standIn, next);
    expect(next).toHaveBeenCalledTimes(1);
    expect(standIn.req).toBeNull();

    engine._applyMiddlewares(request, real, next);
    expect(next).toHaveBeenCalledTimes(1);
    expect(apply).toHaveBeenCalledExactlyOnceWith(request, real, next);
    expect(real.req).toBe(request);
  });
});
