import 'reflect-metadata';
import { describe, expect, it } from 'vitest';

import { ConfigurationError, validateEnvironment } from './environment.js';

const SECRET = 'x'.repeat(32);
const PRODUCTION = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://db/parley', JWT_SECRET: SECRET };

function problemsOf(variables: Record<string, unknown>): string {
  try {
    validateEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('it was admitted');
}

describe('validateEnvironment', () => {
  it('should start with nothing set', () => {
    expect(validateEnvironment({})).toMatchObject({
      NODE_ENV: 'development',
      PORT: 3000,
      HOST: '0.0.0.0',
      DATA_DIR: './data',
      JWT_EXPIRES_IN: '1d',
      REFRESH_EXPIRES_IN: '30d',
      RATE_LIMITS: 'on',
      PRESENCE_GRACE_SECONDS: 5,
    });
  });

  it('should take an empty value for none', () => {
    const empty = Object.fromEntries(Object.keys(validateEnvironment({})).map((name) => [name, '']));

    expect(validateEnvironment(empty)).toEqual(validateEnvironment({}));
  });

  it('should ignore what is not its own', () => {
    expect(validateEnvironment({ PATH: '/bin', __proto__x: '1' })).toEqual(
      expect.objectContaining({ PORT: 3000 }),
    );
  });

  it.each([
    ['PORT', '0'],
    ['PORT', '65535'],
    ['MONGODB_URI', 'mongodb://%2Frun%2Fdb.sock/parley'],
    ['MONGODB_URI', 'mongodb+srv://user:pw@cluster.example/parley?w=majority'],
    ['REDIS_URL', 'redis://localhost:6379/1'],
    ['REDIS_URL', 'rediss://:secret@redis.example'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8,fd00::/8'],
    ['JWT_EXPIRES_IN', '900'],
    ['JWT_EXPIRES_IN', '1s'],
    ['REFRESH_EXPIRES_IN', '3650d'],
    ['CORS_ORIGINS', 'https://a.example,http://localhost:5173'],
    ['CORS_ORIGINS', ' https://a.example , https://b.example , '],
    ['PRESENCE_GRACE_SECONDS', '0.2'],
    ['ALLOW_EMBEDDED_DB', 'true'],
    ['CALL_RING_SECONDS', '0.5'],
    ['CALL_GRACE_SECONDS', '0'],
    ['STUN_URLS', 'stun:a.example:3478, stuns:b.example'],
    ['STUN_URLS', 'none'],
  ])('should admit %s=%s', (name, value) => {
    expect(validateEnvironment({ [name]: value })).toHaveProperty(name);
  });

  it.each([
    ['NODE_ENV', 'prod', 'must be one of'],
    ['PORT', '-1', 'less than 0'],
    ['PORT', '65536', 'greater than 65535'],
    ['PORT', '3000.5', 'integer'],
    ['PORT', 'http', 'integer'],
    ['PORT', '3000; rm', 'integer'],
    ['MONGODB_URI', 'localhost:27017', 'mongodb:// or mongodb+srv://'],
    ['MONGODB_URI', 'http://db/parley', 'mongodb:// or mongodb+srv://'],
    ['MONGODB_URI', 'mongodb://', 'mongodb:// or mongodb+srv://'],
    ['ALLOW_EMBEDDED_DB', 'yes', 'true or false'],
    ['JWT_SECRET', 'x'.repeat(31), 'at least 32 bytes'],
    ['JWT_EXPIRES_IN', 'soon', 'duration'],
    ['JWT_EXPIRES_IN', '-1d', 'duration'],
    ['JWT_EXPIRES_IN', '1.5h', 'duration'],
    ['JWT_EXPIRES_IN', '1w', 'duration'],
    ['JWT_EXPIRES_IN', '0', 'at least one second'],
    ['JWT_EXPIRES_IN', '999ms', 'at least one second'],
    ['JWT_EXPIRES_IN', '99999999999999d', 'at most 3650d'],
    ['REFRESH_EXPIRES_IN', '0d', 'at least one second'],
    ['REFRESH_EXPIRES_IN', '3651d', 'at most 3650d'],
    ['REDIS_URL', 'localhost:6379', 'redis://'],
    ['TRUST_PROXY', 'true', 'number of proxies'],
    ['TRUST_PROXY', '10.0.0.0/99', 'invalid'],
    ['TRUST_PROXY', '300.0.0.1', 'invalid'],
    ['CORS_ORIGINS', '*', 'origins such as'],
    ['CORS_ORIGINS', 'chat.example.com', 'origins such as'],
    ['CORS_ORIGINS', 'https://chat.example.com/', 'without a path'],
    ['LOG_LEVEL', 'loud', 'must be one of'],
    ['RATE_LIMITS', 'false', 'must be one of'],
    ['PRESENCE_GRACE_SECONDS', '-1', 'less than 0'],
    ['PRESENCE_GRACE_SECONDS', 'NaN', 'less than 0'],
    ['PRESENCE_GRACE_SECONDS', 'Infinity', 'greater than 300'],
    ['CALL_RING_SECONDS', '0', 'less than 0.1'],
    ['CALL_RING_SECONDS', '601', 'greater than 600'],
    ['CALL_GRACE_SECONDS', '-1', 'less than 0'],
    ['STUN_URLS', 'stun.example.com', 'addresses such as stun:'],
    ['STUN_URLS', 'turn:a.example', 'addresses such as stun:'],
    ['TURN_URLS', 'https://a.example', 'addresses such as turn:'],
    ['TURN_URLS', 'turn:', 'addresses such as turn:'],
    ['TURN_SECRET', 'x'.repeat(15), 'at least 16 bytes'],
    ['BCRYPT_COST', '3', 'less than 4'],
    ['BCRYPT_COST', '31', 'greater than 14'],
  ])('should refuse %s=%s by its name and rule', (name, value, rule) => {
    const message = problemsOf({ [name]: value });

    expect(message).toMatch(new RegExp(`^  ${name}: .*`, 'm'));
    expect(message).toContain(rule);
  });

  it('should name everything that is wrong at once, and each once', () => {
    const message = problemsOf({ PORT: 'x', LOG_LEVEL: 'x', JWT_EXPIRES_IN: 'x', JWT_SECRET: 'x' });

    for (const name of ['LOG_LEVEL', 'JWT_EXPIRES_IN', 'JWT_SECRET']) {
      expect(
        message.split('\n').filter((line) => line.startsWith(`  ${name}:`)),
        name,
      ).toHaveLength(1);
    }
    expect(message).toContain('  PORT:');
  });

  it('should demand the secret of the TURN servers, and take both', () => {
    const TURN_URLS = 'turn:turn.example.com:3478?transport=udp,turns:turn.example.com';

    expect(problemsOf({ TURN_URLS })).toMatch(/^ {2}TURN_SECRET: .*required with TURN_URLS/m);
    expect(validateEnvironment({ TURN_URLS, TURN_SECRET: 'x'.repeat(16) })).toMatchObject({ TURN_URLS });
  });

  it('should not print a secret', () => {
    expect(problemsOf({ JWT_SECRET: 'too short but secret', PORT: 'x' })).not.toContain('but secret');
  });

  describe('in production', () => {
    it('should start with a database and a secret', () => {
      expect(validateEnvironment(PRODUCTION)).toMatchObject({ NODE_ENV: 'production' });
    });

    it('should start with the embedded engine where that is allowed', () => {
      const { MONGODB_URI: _, ...rest } = PRODUCTION;

      expect(validateEnvironment({ ...rest, ALLOW_EMBEDDED_DB: 'true' })).toMatchObject({
        ALLOW_EMBEDDED_DB: true,
      });
    });

    it.each([
      ['MONGODB_URI', undefined],
      ['MONGODB_URI', ''],
      ['JWT_SECRET', undefined],
      ['JWT_SECRET', ''],
      ['RATE_LIMITS', 'off'],
      ['BCRYPT_COST', '9'],
    ])('should refuse %s=%s', (name, value) => {
      expect(problemsOf({ ...PRODUCTION, [name]: value })).toMatch(new RegExp(`^  ${name}: `, 'm'));
    });
  });
});
