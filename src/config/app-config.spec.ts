import 'reflect-metadata';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { AppConfig } from './app-config.js';
import { durationSeconds } from './duration.js';

const from = (variables: Record<string, string> = {}) =>
  AppConfig.from({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32), ...variables });

describe('durationSeconds', () => {
  it.each([
    ['900', 900],
    ['900s', 900],
    ['15m', 900],
    ['12h', 43_200],
    ['30d', 2_592_000],
    ['1500ms', 1],
    ['soon', 0],
    ['-1d', 0],
    ['1 d', 0],
    ['', 0],
  ])('should read "%s" as %d seconds', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});

describe('AppConfig', () => {
  it('should read durations, folders and lists', () => {
    const config = from({
      JWT_EXPIRES_IN: '15m',
      REFRESH_EXPIRES_IN: '1d',
      PRESENCE_GRACE_SECONDS: '0.5',
      CACHE_DIR: '~/cache',
      DATA_DIR: 'somewhere',
      CORS_ORIGINS: ' https://a.example, ,https://b.example ',
    });

    expect(config).toMatchObject({
      jwtExpiresInSeconds: 900,
      refreshExpiresInSeconds: 86_400,
      presenceGraceMs: 500,
      cacheDir: join(homedir(), 'cache'),
      dataDir: join(process.cwd(), 'somewhere'),
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
  });

  it('should read how long calls ring and wait', () => {
    const config = from({ CALL_RING_SECONDS: '0.5', CALL_GRACE_SECONDS: '2.25' });

    expect(config).toMatchObject({ callRingMs: 500, callGraceMs: 2250 });
  });

  it.each([
    ['a public STUN server where nothing is set', {}, ['stun:stun.l.google.com:19302'], []],
    ['none where it says so', { STUN_URLS: 'none' }, [], []],
    ['those that are named', { STUN_URLS: 'stun:a, stun:b' }, ['stun:a', 'stun:b'], []],
    ['TURN alone where it is set', { TURN_URLS: 'turn:a', TURN_SECRET: 'x'.repeat(16) }, [], ['turn:a']],
    [
      'both where both are set',
      { TURN_URLS: 'turn:a', TURN_SECRET: 'x'.repeat(16), STUN_URLS: 'stun:b' },
      ['stun:b'],
      ['turn:a'],
    ],
  ])('should hand out %s', (_, variables: Record<string, string>, stunUrls, turnUrls) => {
    expect(from(variables)).toMatchObject({ stunUrls, turnUrls });
  });

  it('should limit rates unless told not to', () => {
    expect(from().isRateLimited).toBe(true);
    expect(from({ RATE_LIMITS: 'off' }).isRateLimited).toBe(false);
  });

  it('should admit every origin in development, none in production, and the ones named in both', () => {
    const production = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://db/parley' };
    const named = { CORS_ORIGINS: 'https://a.example' };

    expect(from().corsOrigin).toBe(true);
    expect(from(production).corsOrigin).toBe(false);
    expect(from(named).corsOrigin).toEqual(['https://a.example']);
    expect(from({ ...production, ...named }).corsOrigin).toEqual(['https://a.example']);
  });

  it('should not show the secret to who prints it', () => {
    const config = from({ JWT_SECRET: 'a secret that must not be logged' });

    expect(JSON.stringify(config.jwtKey)).not.toContain('must not be logged');
  });
});
