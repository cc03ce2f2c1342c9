import { Global, Module } from '@nestjs/common';

import { Clock } from './clock.js';
import { UnknownRoute } from './http/unknown-route.js';
import { PersonalData } from './personal-data/personal-data.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';

/** What every module may use without importing it. */
@Global()
@Module({
  providers: [Clock, RateLimiter, PersonalData, UnknownRoute],
  exports: [Clock, RateLimiter, PersonalData],
})
export class CommonModule {}
