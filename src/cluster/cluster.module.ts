import { randomUUID } from 'node:crypto';

import { Global, Module } from '@nestjs/common';

import { AppConfig } from '../config/app-config.js';
import { ClusterNodes } from './cluster-nodes.js';
import { EventBus } from './event-bus.js';
import { NODE_ID } from './node-id.js';
import { RedisLink } from './redis-link.js';

/** What makes one server of several nodes. Without `REDIS_URL` there is no `RedisLink`, and a node is alone. */
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
  ],
  exports: [RedisLink, ClusterNodes],
})
export class ClusterModule {}
