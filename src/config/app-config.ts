import { createSecretKey, type KeyObject } from 'node:crypto';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { developmentSecret } from './development-secret.js';
import { durationSeconds } from './duration.js';
import { type Environment, validateEnvironment } from './environment.js';

/** Typed settings. The only reader of the environment: nothing else looks at `process.env`. */
export class AppConfig {
  readonly isProduction = this.env.NODE_ENV === 'production';
  readonly port = this.env.PORT;
  readonly host = this.env.HOST;
  readonly cacheDir = expandPath(this.env.CACHE_DIR);
  readonly dataDir = expandPath(this.env.DATA_DIR);
  /** Absent: the embedded engine. */
  readonly mongodbUri = this.env.MONGODB_URI;
  readonly jwtExpiresInSeconds = durationSeconds(this.env.JWT_EXPIRES_IN);
  readonly refreshExpiresInSeconds = durationSeconds(this.env.REFRESH_EXPIRES_IN);
  /** Browsers' origins that may call; in development an empty list admits all. */
  readonly corsOrigins = this.env.CORS_ORIGINS.split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  readonly logLevel = this.env.LOG_LEVEL;
  readonly isRateLimited = this.env.RATE_LIMITS === 'on';
  readonly presenceGraceMs = this.env.PRESENCE_GRACE_SECONDS * 1000;
  readonly statusTtlMs = Math.round(this.env.STATUS_TTL_HOURS * 3_600_000);
  readonly bcryptCost = this.env.BCRYPT_COST;
  /** A KeyObject: jsonwebtoken verifies with it 20 times faster than with the text. */
  readonly jwtKey: KeyObject = createSecretKey(
    Buffer.from(this.env.JWT_SECRET ?? developmentSecret(this.dataDir), 'utf8'),
  );

  constructor(private readonly env: Environment) {}

  /** Settings from plain variables, checked as at a start. */
  static from(variables: Record<string, string | undefined>): AppConfig {
    return new AppConfig(validateEnvironment(variables));
  }

  /** What `cors` of REST and of Socket.IO take. */
  get corsOrigin(): boolean | string[] {
    return this.corsOrigins.length > 0 ? this.corsOrigins : !this.isProduction;
  }
}

function expandPath(path: string): string {
  return resolve(path.startsWith('~/') ? path.replace('~', homedir()) : path);
}
