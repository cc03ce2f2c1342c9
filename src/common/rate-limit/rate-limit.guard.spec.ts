import 'reflect-metadata';
import type { ExecutionContext, Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { AuthController } from '../../auth/auth.controller.js';
import { HealthController } from '../../health/health.controller.js';
import { UsersController } from '../../users/users.controller.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import type { RateLimiter } from './rate-limiter.js';

describe('RateLimitGuard', () => {
  let consume: ReturnType<typeof vi.fn<RateLimiter['consume']>>;
  let guard: RateLimitGuard;

  beforeEach(() => {
    consume = vi.fn<RateLimiter['consume']>().mockResolvedValue();
    guard = new RateLimitGuard(new Reflector(), { consume } as unknown as RateLimiter);
  });

  const call = (controller: Type, method: string, request: object, type = 'http') =>
    guard.canActivate({
      getType: () => type,
      getClass: () => controller,
      getHandler: () => (controller.prototype as Record<string, unknown>)[method],
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext);

  it.each([
    [
      'a route with a limit of its own',
      AuthController,
      'login',
      { method: 'POST', ip: '::1' },
      ['auth.login.address', '::1'],
    ],
    [
      'any other GET',
      UsersController,
      'me',
      { method: 'GET', ip: '::1', user: { userId: 'ann' } },
      ['read', 'ann'],
    ],
    [
      'any other change',
      UsersController,
      'updateMe',
      { method: 'PATCH', user: { userId: 'ann' } },
      ['write', 'ann'],
    ],
    ['who has no address', AuthController, 'register', { method: 'POST' }, ['auth.register', 'unknown']],
  ])('should count %s', async (_, controller, method, request, expected) => {
    await expect(call(controller, method, request)).resolves.toBe(true);

    expect(consume.mock.calls).toEqual([expected]);
  });

  it('should count neither health checks nor events of sockets', async () => {
    await call(HealthController, 'live', { method: 'GET', ip: '::1' });
    await call(UsersController, 'me', { method: 'GET', ip: '::1' }, 'ws');

    expect(consume).not.toHaveBeenCalled();
  });

  it('should pass on the refusal', async () => {
    consume.mockRejectedValue(new Error('too many'));

    await expect(call(UsersController, 'me', { method: 'GET' })).rejects.toThrow('too many');
  });
});
