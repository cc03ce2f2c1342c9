import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';

import { ConfigurationError } from '../config/environment.js';

/** A Redis that takes longer to answer is as good as none: what waits for it goes on without. */
const ANSWER_MS = 2000;
const CONNECT_MS = 5000;
/** Clients hear that they have to sync only when their node is back, so it tries often. */
const MAX_RETRY_MS = 200;

/**
 * The one owner of connections to Redis. Commands fail at once while there is no connection, so that nobody
 * waits for a Redis that is away; the connection itself is tried again until it is back.
 */
export class RedisLink implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly further: Redis[] = [];
  private isClosing = false;
  private isAway = false;
  private onMissed: () => void = () => undefined;

  private constructor(readonly client: Redis) {
    client.on('close', () => this.lost());
    client.on('ready', () => this.returned());
  }

  /** Rejects with what the operator can mend where it can't be reached or refuses us. */
  static async open(url: string): Promise<RedisLink> {
    let isOpen = false;
    let reason: string | null = null;
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      commandTimeout: ANSWER_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => (isOpen ? Math.min(times * 50, MAX_RETRY_MS) : null),
    });
    redis.on('error', (error: Error) => {
      reason = error.message;
    });
    try {
      await redis.connect();
      await redis.ping();
    } catch (error) {
      redis.disconnect();
      throw new ConfigurationError(`REDIS_URL: ${reason ?? String(error)}`);
    }
    isOpen = true;
    return new RedisLink(redis);
  }

  get isUp(): boolean {
    return this.client.status === 'ready';
  }

  /** For good: the server stops. */
  get isClosed(): boolean {
    return this.isClosing;
  }

  /**
   * A connection of its own, for what blocks or listens. Its commands wait for Redis to come back.
   */
  another(options: Pick<RedisOptions, 'autoResubscribe'> = {}): Redis {
    const redis = this.client.duplicate({
      lazyConnect: false,
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      ...options,
      retryStrategy: (times) => (this.isClosing ? null : Math.min(times * 50, MAX_RETRY_MS)),
      // Listening is waiting: how long is not for a deadline of commands to say.
      commandTimeout: undefined,
    });
    redis.on('error', () => undefined); // the first connection tells of it
    this.further.push(redis);
    return redis;
  }

  /** It has not answered in time: until it does, nobody is to wait for it. */
  cut(): void {
    const redis = this.client;
    if (this.isUp) redis.disconnect(true);
  }

  whenMissed(listener: () => void): void {
    this.onMissed = listener;
  }

  /** Redis answers, but no longer has what others said to this node. */
  missed(): void {
    this.onMissed();
  }

  onApplicationShutdown(): void {
    this.isClosing = true;
    for (const redis of [...this.further, this.client]) redis.disconnect();
  }

  /** Each try that fails ends in a `close` too. */
  private lost(): void {
    if (this.isClosing || this.isAway) return;
    this.isAway = true;
    this.logger.error(
      'Redis is away: this node goes on on its own, and hears nothing of the others until it is back',
    );
  }

  private returned(): void {
    this.isAway = false;
    // Those that only listen may not have noticed, and listen to nobody.
    for (const redis of this.further) if (redis.status === 'ready') redis.disconnect(true);
    this.logger.warn('Redis is back: this node is one of several again');
  }
}
