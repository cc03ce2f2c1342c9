import { randomUUID } from 'node:crypto';

import { Global, Module } from '@nestjs/common';

import { AppConfig } from '../config/app-config.js';
import { ClusterLink } from './cluster-link.js';
import { ClusterNodes } from './cluster-nodes.js';
import { EventBus } from './event-bus.js';
import { NODE_ID } from './node-id.js';
import { RedisClusterLink } from './redis-cluster-link.js';
import { RedisLink } from './redis-link.js';
import { PrimaryChannel } from './workers/primary-channel.js';
import { WorkerLink } from './workers/worker-link.js';

/**
 * What makes one server of several nodes: Redis where there is a `REDIS_URL`, else the primary that the process is a
 * worker of. With neither a node is alone, and there is no `ClusterLink`.
 */
@Global()
@Module({
  providers: [
    { provide: NODE_ID, useFactory: randomUUID },
    EventBus,
    ClusterNodes,
    {
      provide: RedisLink,
      inject: [AppConfig],
      useFactory: ({ redisUrl }: AppConfig) => (redisUrl === undefined ? null : RedisLink.open(redisUrl)),
    },
    { provide: PrimaryChannel, useFactory: () => PrimaryChannel.open() },
    {
      provide: ClusterLink,
      inject: [RedisLink, PrimaryChannel],
      useFactory: (redis: RedisLink | null, primary: PrimaryChannel | null) =>
        redis ? new RedisClusterLink(redis) : primary && new WorkerLink(primary),
    },
  ],
  exports: [RedisLink, PrimaryChannel, ClusterLink, ClusterNodes],
})
export class ClusterModule {}
