import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { databaseUri } from '../support/create-test-app.js';
import { RedisServer } from '../support/redis-server.js';
import { requires } from '../support/requires.js';
import { Workers } from '../support/workers.js';

describe.runIf(requires('redis-server'))('workers of two machines with a Redis between them', () => {
  let redis: RedisServer;
  let machines: Workers[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    const settings = {
      MONGODB_URI: databaseUri(`workers_${randomBytes(6).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
      REDIS_URL: redis.url,
    };
    machines = [await Workers.start(2, settings), await Workers.start(2, settings)];
  }, 120_000);
  afterAll(async () => {
    await Promise.all(machines.map((machine) => machine.stop()));
    await redis.stop();
  });

  it('should bring everything to every worker of both, for clients that poll first too', async () => {
    const [here, there] = machines as [Workers, Workers];
    const [ann, bob] = await Promise.all([here.person('Ann'), there.person('Bob')]);
    const chatId = await here.directChat(ann, bob);
    const devices = [
      ...(await here.connectAll([ann, bob])),
      ...(await there.connectAll([ann, bob])),
      await there.connect(ann, { transports: ['polling'] }),
    ];

    const texts = Array.from({ length: 8 }, (_, n) => `text ${n}`);
    for (const [n, text] of texts.entries())
      await devices[n % devices.length]?.ok('new_message', { chatId, clientMessageId: text, text });

    for (const device of devices) {
      const heard = await device.count('receive_message', texts.length);
      expect(heard.map(({ text }) => text as string)).toEqual(texts);
    }
  });
});
