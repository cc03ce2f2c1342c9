import { Global, Module } from '@nestjs/common';

import { AppConfig } from '../config/app-config.js';
import { RedisLink } from './redis-link.js';

/** What makes one server of several nodes. Without `REDIS_URL` there is no `RedisLink`, and a node is alone. */
@Global()
@Module({
  providers: [
    {
      provide: RedisLink,
      inject: [AppConfig],
      useFactory: ({ redisUrl }: AppConfig) => (redisUrl === undefined ? null : RedisLink.open(redisUrl)),
    },
  ],
  exports: [RedisLink],
})
export class ClusterModule {}
