import { Controller, Get, type INestApplication, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HttpExceptionFilter } from './http-exception.filter.js';
import { requestDeadline } from './request-deadline.middleware.js';

let release: (outcome: unknown) => void = () => undefined;
let isAsked: () => void = () => undefined;

@Controller()
class Slow {
  @Get('slow')
  slow(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      release = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
      isAsked();
    });
  }
}

@Module({ controllers: [Slow] })
class SlowModule {}

describe('requestDeadline', () => {
  let app: INestApplication;
  let url: string;
  const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);

  beforeEach(async () => {
    app = await NestFactory.create(SlowModule, { logger: false });
    app.use(requestDeadline);
    app.useGlobalFilters(new HttpExceptionFilter());
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/slow`;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    logged.mockClear();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await app.close();
  });

  /** The handler has it. */
  async function ask(): Promise<{ response: Promise<Response> }> {
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const response = fetch(url);
    await asked;
    return { response };
  }

  async function askTooMuch(): Promise<Response> {
    const { response } = await ask();
    vi.advanceTimersByTime(20_000);
    return response;
  }

  it('should answer what hangs, and say when to come again', async () => {
    const response = await askTooMuch();

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ statusCode: 503, error: { code: 'UNAVAILABLE' } });
  });

  it.each([
    ['an answer', { ok: true }],
    ['a refusal', new Error('the database did not answer in time')],
  ])('should be the last word: %s that comes later goes nowhere, and breaks nothing', async (_, outcome) => {
    await (await askTooMuch()).json();
    const errors = outcome instanceof Error ? 1 : 0;
    release(outcome);
    await new Promise((resolve) => setImmediate(resolve));

    expect(logged).toHaveBeenCalledTimes(errors);
    const { response: next } = await ask();
    release({ next: true });
    expect(await (await next).json()).toEqual({ next: true });
  });
});
