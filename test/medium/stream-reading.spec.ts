import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type ReadArgs, StreamReading } from '../../src/gateways/stream-reading.js';
import { RedisServer } from '../support/redis-server.js';
import { requires } from '../support/requires.js';

const STREAM = 'entries';
const COUNT = 100;
const BLOCK_MS = 50;
const ASKED: ReadArgs = ['BLOCK', BLOCK_MS, 'COUNT', COUNT, 'STREAMS', STREAM, '$'];

describe.runIf(requires('redis-server'))('reading a bounded stream', () => {
  let server: RedisServer;
  let redis: Redis;
  let reading: StreamReading;
  let gaps: number;

  beforeAll(async () => {
    server = await RedisServer.start();
  });

  beforeEach(() => {
    gaps = 0;
    redis = new Redis(server.url);
    reading = new StreamReading(redis, () => (gaps += 1));
  });

  afterEach(async () => {
    await redis.flushall();
    redis.disconnect();
  });

  afterAll(() => server.stop());

  async function write(from: number, to: number): Promise<void> {
    const pipeline = redis.pipeline();
    for (let n = from; n <= to; n += 1) pipeline.xadd(STREAM, '*', 'n', n);
    await pipeline.exec();
  }

  async function read(): Promise<number[]> {
    const reply = await reading.next(...ASKED);
    return (reply?.[0]?.[1] ?? []).map(([, [, n]]) => Number(n));
  }

  /** All there is, until a reading brings nothing. */
  async function readAll(): Promise<number[]> {
    const all: number[] = [];
    for (let some = await read(); some.length > 0; some = await read()) all.push(...some);
    return all;
  }

  /** It has read what there is, and knows that it has. */
  async function begin(): Promise<void> {
    await read();
    await write(1, 10);
    expect(await read()).toEqual(numbers(1, 10));
  }

  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

  it('should begin at the end', async () => {
    await write(1, 3);

    expect(await read()).toEqual([]);
    await write(4, 5);

    expect(await read()).toEqual([4, 5]);
  });

  it('should miss nothing that is written between two readings that bring nothing', async () => {
    expect(await read()).toEqual([]);

    await write(1, 1);

    expect(await read()).toEqual([1]);
    expect(gaps).toBe(0);
  });

  it('should read on, however far behind, as long as the entry that it was at is there', async () => {
    await begin();
    await write(11, 1000);
    await redis.xtrim(STREAM, 'MAXLEN', 991);

    expect(await readAll()).toEqual(numbers(11, 1000));
    expect(gaps).toBe(0);
  });

  it('should tell that what comes next was cut off, once, and go on at the end', async () => {
    await begin();
    await write(11, 1000);
    await redis.xtrim(STREAM, 'MAXLEN', 989);

    expect(await read()).toEqual(numbers(12, 111));
    expect(await readAll()).toEqual([]);
    expect(gaps).toBe(1);

    await write(1001, 1300);
    expect(await readAll()).toEqual(numbers(1001, 1300));
    expect(gaps).toBe(1);
  });

  it('should tell it also where nothing is left to read', async () => {
    await begin();
    await write(11, 20);
    await redis.xtrim(STREAM, 'MAXLEN', 0);

    expect(await readAll()).toEqual([]);
    expect(await read()).toEqual([]);
    expect(gaps).toBe(1);
  });

  it('should tell it of a stream that was empty before', async () => {
    await read();
    await write(1, 1000);
    await redis.xtrim(STREAM, 'MAXLEN', 500);

    await readAll();

    expect(gaps).toBe(1);
  });

  it('should read all of a stream that begins anew, whatever it was at before', async () => {
    await write(1, 10);
    await redis.xadd(STREAM, `${Date.now() + 3_600_000}-0`, 'n', 11);
    await read();
    await redis.del(STREAM);
    await read();

    await write(21, 400);

    expect(await readAll()).toEqual(numbers(21, 400));
    expect(gaps).toBe(0);
  });

  it('should tell of one that had begun anew and lies behind, and go on at its end', async () => {
    await redis.xadd(STREAM, `${Date.now() + 3_600_000}-0`, 'n', 1);
    await read();
    await redis.del(STREAM);
    await write(2, 10);

    expect(await readAll()).toEqual([]);
    expect(await readAll()).toEqual([]);
    await write(11, 20);

    expect(await readAll()).toEqual(numbers(11, 20));
    expect(gaps).toBe(1);
  });
});
