import { createSecretKey, type KeyObject } from 'node:crypto';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { developmentSecret } from './development-secret.js';
import { durationSeconds } from './duration.js';
import { type Environment, validateEnvironment } from './environment.js';
import { trustOf } from './trust-proxy.js';

const PUBLIC_STUN = 'stun:stun.l.google.com:19302';
const MEGABYTE = 1024 * 1024;

/** Where systems keep programs that were installed. */
const TOOL_DIRS = ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin'];

/** A bucket of an S3-compatible service. */
export interface S3Settings {
  bucket: string;
  region: string;
  /** Absent: Amazon's own. */
  endpoint?: string;
  /** Absent: what the machine itself is given, such as the role of its instance. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Before every key. */
  prefix: string;
}

/** Typed settings. The only reader of the environment: nothing else looks at `process.env`. */
export class AppConfig {
  readonly isProduction = this.env.NODE_ENV === 'production';
  readonly port = this.env.PORT;
  readonly host = this.env.HOST;
  readonly workers = this.env.WORKERS;
  readonly cacheDir = expandPath(this.env.CACHE_DIR);
  readonly dataDir = expandPath(this.env.DATA_DIR);
  /** Absent: the embedded engine. */
  readonly mongodbUri = this.env.MONGODB_URI;
  /** Absent: this node is the only one. */
  readonly redisUrl = this.env.REDIS_URL;
  /** Which proxies are believed when they say for whom they speak. */
  readonly trustProxy = trustOf(this.env.TRUST_PROXY);
  readonly jwtExpiresInSeconds = durationSeconds(this.env.JWT_EXPIRES_IN);
  readonly refreshExpiresInSeconds = durationSeconds(this.env.REFRESH_EXPIRES_IN);
  /** Browsers' origins that may call; in development an empty list admits all. */
  readonly corsOrigins = listOf(this.env.CORS_ORIGINS);
  readonly logLevel = this.env.LOG_LEVEL;
  readonly isRateLimited = this.env.RATE_LIMITS === 'on';
  readonly hasLinkPreviews = this.env.LINK_PREVIEWS === 'on';
  readonly presenceGraceMs = this.env.PRESENCE_GRACE_SECONDS * 1000;
  readonly callRingMs = Math.round(this.env.CALL_RING_SECONDS * 1000);
  readonly callGraceMs = Math.round(this.env.CALL_GRACE_SECONDS * 1000);
  readonly turnUrls = listOf(this.env.TURN_URLS);
  readonly turnSecret = this.env.TURN_SECRET;
  /** Where there is TURN it answers STUN too; without either, a public server that all browsers know. */
  readonly stunUrls = stunUrlsOf(this.env.STUN_URLS, this.turnUrls.length > 0);
  readonly statusTtlMs = Math.round(this.env.STATUS_TTL_HOURS * 3_600_000);
  readonly maxUploadBytes = Math.round(this.env.MAX_UPLOAD_MB * MEGABYTE);
  readonly uploadQuotaBytes =
    this.env.UPLOAD_QUOTA_MB === 0
      ? Number.POSITIVE_INFINITY
      : Math.round(this.env.UPLOAD_QUOTA_MB * MEGABYTE);
  /** Where ffmpeg and ffprobe are looked for. */
  readonly toolDirs = this.env.FFMPEG_DIR === undefined ? TOOL_DIRS : [expandPath(this.env.FFMPEG_DIR)];
  /** Where media are kept; `null` is the folder `media` in `dataDir`. */
  readonly s3 = s3Of(this.env);
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

function s3Of(env: Environment): S3Settings | null {
  const { S3_BUCKET, S3_REGION, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_PREFIX } = env;
  if (!S3_BUCKET) return null;
  const hasKeys = S3_ACCESS_KEY_ID !== undefined && S3_SECRET_ACCESS_KEY !== undefined;
  return {
    bucket: S3_BUCKET,
    region: S3_REGION,
    prefix: S3_PREFIX,
    ...(S3_ENDPOINT !== undefined && { endpoint: S3_ENDPOINT }),
    ...(hasKeys && { credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY } }),
  };
}
