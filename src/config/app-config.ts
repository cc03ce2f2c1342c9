import { createSecretKey, type KeyObject } from 'node:crypto';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { developmentSecret } from './development-secret.js';
import { durationSeconds } from './duration.js';
import { type Environment, validateEnvironment } from './environment.js';

const PUBLIC_STUN = 'stun:stun.l.google.com:19302';

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
  readonly corsOrigins = listOf(this.env.CORS_ORIGINS);
  readonly logLevel = this.env.LOG_LEVEL;
  readonly isRateLimited = this.env.RATE_LIMITS === 'on';
  readonly presenceGraceMs = this.env.PRESENCE_GRACE_SECONDS * 1000;
  readonly callRingMs = Math.round(this.env.CALL_RING_SECONDS * 1000);
  readonly callGraceMs = Math.round(this.env.CALL_GRACE_SECONDS * 1000);
  readonly turnUrls = listOf(this.env.TURN_URLS);
  readonly turnSecret = this.env.TURN_SECRET;
  /** Where there is TURN it answers STUN too; without either, a public server that all browsers know. */
  readonly stunUrls = stunUrlsOf(this.env.STUN_URLS, this.turnUrls.length > 0);
  readonly statusTtlMs = Math.round(this.env.STATUS_TTL_HOURS * 3_600_000);
  readonly editWindowMs = Math.round(this.env.EDIT_WINDOW_MINUTES * 60_000);
  readonly deleteWindowMs = Math.round(this.env.DELETE_WINDOW_HOURS * 3_600_000);
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

/** `a, b` -> both. */
function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function stunUrlsOf(setting: string, hasTurn: boolean): string[] {
  if (setting === 'none') return [];
  const urls = listOf(setting);
  return urls.length > 0 || hasTurn ? urls : [PUBLIC_STUN];
}

function expandPath(path: string): string {
  return resolve(path.startsWith('~/') ? path.replace('~', homedir()) : path);
}
