import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
  validateSync,
} from 'class-validator';

import { durationSeconds } from './duration.js';
import { trustOf } from './trust-proxy.js';

const toNumber = () =>
  Transform(({ value }) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value));
const toBoolean = () =>
  Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value));
const DURATION = /^\d+(ms|s|m|h|d)?$/;
const isDuration = (value: unknown) => typeof value === 'string' && DURATION.test(value);
const IsDuration = () =>
  Matches(DURATION, { message: '$property must be a duration such as 900s, 15m, 12h or 30d' });

/**
 * Every setting of the server, read from the environment (and `.env`) once at start. `.env.example`
 * explains each; a bad or missing one stops the start and is named with its rule.
 */
export class Environment {
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @toNumber()
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3000;

  @IsString()
  HOST = '0.0.0.0';

  /** Processes that serve, on as many cores; 1 is this one alone. */
  @toNumber()
  @IsInt()
  @Min(1)
  @Max(64)
  WORKERS = 1;

  @IsString()
  CACHE_DIR = '~/.cache/parley';

  @IsString()
  DATA_DIR = './data';

  @ValidateIf(
    (env: Environment) =>
      env.MONGODB_URI !== undefined || (env.NODE_ENV === 'production' && !env.ALLOW_EMBEDDED_DB),
  )
  @Matches(/^mongodb(\+srv)?:\/\/.+/, {
    message:
      'MONGODB_URI must be a mongodb:// or mongodb+srv:// address and is required in production (or set ALLOW_EMBEDDED_DB=true to use the embedded engine)',
  })
  MONGODB_URI?: string;

  @toBoolean()
  @IsBoolean({ message: 'ALLOW_EMBEDDED_DB must be true or false' })
  ALLOW_EMBEDDED_DB = false;

  @IsOptional()
  @Matches(/^rediss?:\/\/.+/, { message: 'REDIS_URL must be a redis:// or rediss:// address' })
  REDIS_URL?: string;

  @Matches(/^(\d{1,2}|[\s,]*((loopback|linklocal|uniquelocal|[\da-fA-F.:]+(\/\d{1,3})?)([\s,]+|$))*)$/, {
    message:
      'TRUST_PROXY must be the number of proxies in front, or their addresses or networks (also loopback, linklocal, uniquelocal), separated by commas',
  })
  TRUST_PROXY = '';

  @ValidateIf((env: Environment) => env.NODE_ENV === 'production' || env.JWT_SECRET !== undefined)
  @Matches(/^[^]{32,}$/, {
    message: 'JWT_SECRET must be at least 32 bytes and is required in production (openssl rand -base64 48)',
  })
  JWT_SECRET?: string;

  @IsDuration()
  JWT_EXPIRES_IN = '1d';

  @IsDuration()
  REFRESH_EXPIRES_IN = '30d';

  @Matches(/^[\s,]*(https?:\/\/[^\s/,]+[\s,]*)*$/, {
    message:
      'CORS_ORIGINS must be origins such as https://chat.example.com, without a path, separated by commas',
  })
  CORS_ORIGINS = '';

  @IsIn(['fatal', 'error', 'warn', 'log', 'debug', 'verbose'])
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose' = 'log';

  @IsIn(['on', 'off'])
  RATE_LIMITS: 'on' | 'off' = 'on';

  @IsIn(['on', 'off'])
  LINK_PREVIEWS: 'on' | 'off' = 'off';

  @toNumber()
  @Min(0)
  @Max(300)
  PRESENCE_GRACE_SECONDS = 5;

  /** How long a call rings; fractions are allowed. */
  @toNumber()
  @Min(0.1)
  @Max(600)
  CALL_RING_SECONDS = 45;

  /** How long a lost device may take to come back into its call; fractions are allowed. */
  @toNumber()
  @Min(0)
  @Max(600)
  CALL_GRACE_SECONDS = 15;

  @Matches(/^[\s,]*(turns?:[^\s,]+([\s,]+|$))*$/, {
    message: 'TURN_URLS must be addresses such as turn:turn.example.com:3478, separated by commas',
  })
  TURN_URLS = '';

  @ValidateIf((env: Environment) => env.TURN_URLS !== '' || env.TURN_SECRET !== undefined)
  @Matches(/^[^]{16,}$/, {
    message:
      "TURN_SECRET must be at least 16 bytes, the same as coturn's static-auth-secret, and is required with TURN_URLS",
  })
  TURN_SECRET?: string;

  @Matches(/^([\s,]*(stuns?:[^\s,]+([\s,]+|$))*|none)$/, {
    message: 'STUN_URLS must be addresses such as stun:stun.example.com:3478, separated by commas, or none',
  })
  STUN_URLS = '';

  /** How long a status lives; fractions are allowed. */
  @toNumber()
  @Min(0.0001)
  @Max(720)
  STATUS_TTL_HOURS = 24;

  /** The largest file that can be uploaded; fractions are allowed. */
  @toNumber()
  @Min(0.001)
  @Max(5000)
  MAX_UPLOAD_MB = 100;

  /** What one user may keep stored; 0 is without bound. */
  @toNumber()
  @Min(0)
  @Max(1_000_000_000)
  UPLOAD_QUOTA_MB = 5000;

  @IsOptional()
  @IsString()
  FFMPEG_DIR?: string;

  @IsOptional()
  @Matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: 'S3_BUCKET must be the name of a bucket' })
  S3_BUCKET?: string;

  @Matches(/^[a-z0-9-]+$/, { message: 'S3_REGION must be a region such as eu-central-1' })
  S3_REGION = 'us-east-1';

  @IsOptional()
  @Matches(/^https?:\/\/[^\s/]+\/?$/, {
    message: 'S3_ENDPOINT must be an address such as https://s3.example.com, without a path',
  })
  S3_ENDPOINT?: string;

  @IsOptional()
  @IsString()
  S3_ACCESS_KEY_ID?: string;

  @IsOptional()
  @IsString()
  S3_SECRET_ACCESS_KEY?: string;

  @Matches(/^([\w.-]+\/)*$/, { message: 'S3_PREFIX must be empty or end in a slash, such as parley/' })
  S3_PREFIX = '';

  /** So long after sending, a text may be edited; 0: never. */
  @toNumber()
  @Min(0)
  @Max(525_600)
  EDIT_WINDOW_MINUTES = 15;

  /** So long after sending, a message may be deleted for everyone by its sender. */
  @toNumber()
  @Min(0)
  @Max(87_600)
  DELETE_WINDOW_HOURS = 48;

  /** bcrypt work factor: 10 takes about 60 ms of a core. Lower only to make tests and load runs start fast. */
  @toNumber()
  @IsInt()
  @Min(4)
  @Max(14)
  BCRYPT_COST = 10;
}

/** `validate` of the ConfigModule: the settings, or an error that names each bad variable and its rule. */
export function validateEnvironment(raw: Record<string, unknown>): Environment {
  const known = Object.fromEntries(
    Object.entries(raw).filter(([, value]) => value !== '' && value !== undefined), // an empty line in .env means unset
  );
  const environment = plainToInstance(Environment, known, { exposeDefaultValues: true });
  const problems = validateSync(environment, { skipMissingProperties: false }).flatMap((error) =>
    Object.values(error.constraints ?? {}).map((rule) => `  ${error.property}: ${rule}`),
  );
  problems.push(
    ...productionProblems(environment),
    ...durationProblems(environment),
    ...s3Problems(environment),
    ...proxyProblems(environment),
  );
  if (problems.length > 0) {
    throw new ConfigurationError(`These settings are not usable (see .env.example):\n${problems.join('\n')}`);
  }
  return environment;
}

/** A start that the operator can mend: printed without a stack. */
export class ConfigurationError extends Error {}

function productionProblems(env: Environment): string[] {
  if (env.NODE_ENV !== 'production') return [];
  return [
    ...(env.RATE_LIMITS === 'off' ? ['  RATE_LIMITS: off is for load tests and refused in production'] : []),
    ...(env.BCRYPT_COST < 10 ? ['  BCRYPT_COST: must be at least 10 in production'] : []),
  ];
}

/** Ten years; far beyond, no Date and no token can hold the end. */
const MAX_DURATION_SECONDS = 3650 * 86_400;

function durationProblems(env: Environment): string[] {
  return (['JWT_EXPIRES_IN', 'REFRESH_EXPIRES_IN'] as const)
    .filter((name) => isDuration(env[name]))
    .filter((name) => durationSeconds(env[name]) < 1 || durationSeconds(env[name]) > MAX_DURATION_SECONDS)
    .map((name) => `  ${name}: must be at least one second and at most 3650d`);
}

function s3Problems(env: Environment): string[] {
  const half = (env.S3_ACCESS_KEY_ID === undefined) !== (env.S3_SECRET_ACCESS_KEY === undefined);
  return half ? ['  S3_ACCESS_KEY_ID: goes with S3_SECRET_ACCESS_KEY, set both or none'] : [];
}

/** Whether it can be read as addresses is for the library to say that will read them. */
function proxyProblems({ TRUST_PROXY }: Environment): string[] {
  try {
    trustOf(TRUST_PROXY);
    return [];
  } catch (error) {
    return [`  TRUST_PROXY: ${error instanceof Error ? error.message : String(error)}`];
  }
}
