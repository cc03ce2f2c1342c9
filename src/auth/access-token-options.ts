import type { JwtModuleOptions } from '@nestjs/jwt';

import type { AppConfig } from '../config/app-config.js';

/** How access tokens are made and read: one algorithm, one key, which no token can choose for itself. */
export function accessTokenOptions(config: AppConfig): JwtModuleOptions {
  return {
    secret: config.jwtKey,
    signOptions: { algorithm: 'HS256' },
    // TokenService looks at the expiry, by the Clock.
    verifyOptions: { algorithms: ['HS256'], ignoreExpiration: true },
  };
}
