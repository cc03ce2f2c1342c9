import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { once } from 'node:events';

import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HttpAdapter } from './http.adapter.js';

@Controller()
class SampleController {
  @Get()
  read() {
    return { a: 1 };
  }
}

@Module({ controllers: [SampleController] })
class SampleModule {}

describe('HttpAdapter', () => {
  let app: NestExpressApplication;
  let server: Server;

  beforeEach(async () => {
    app = await NestFactory.create<NestExpressApplication>(SampleModule, new HttpAdapter(), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    server = app.getHttpServer();
  });

  afterEach(() => app.close());

  const port = () => (server.address() as AddressInfo).port;

  it('should make requests and responses with the prototypes that express would give them', async () => {
    const express: Express = app.getHttpAdapter().getInstance();
    const born: unknown[] = [];
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      born.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    });

    const answer = await fetch(`http://127.0.0.1:${port()}/?q=1`);

    expect(await answer.json()).toEqual({ a: 1 });
    expect(born[0]).toBe(express.request);
    expect(born[1]).toBe(express.response);
  });

  it('should leave those of other servers as they are', async () => {
    const other = createServer((request, response) => response.end(String('ip' in request)));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');

    const answer = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);

    expect(await answer.text()).toBe('false');
    other.close();
  });

  it('should close with connections that say nothing, and with one that waits for its next request', async () => {
    const silent: Socket = connect(port(), '127.0.0.1');
    await once(silent, 'connect');
    const [answer] = (await once(get(`http://127.0.0.1:${port()}`), 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    const ended = once(silent, 'close');

    await app.close();

    await ended;
    expect(server.listening).toBe(false);
  });
});
