import bcrypt from 'bcrypt';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { UnavailableError, ValidationError } from '../common/errors/app-error.js';
import { AppConfig } from '../config/app-config.js';
import { isHashable, PasswordService } from './password.service.js';

const config = AppConfig.from({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32), BCRYPT_COST: '4' });

describe('PasswordService', () => {
  const passwords = new PasswordService(config);

  beforeAll(() => passwords.onModuleInit());

  it('should make a bcrypt hash of the configured cost, another one each time', async () => {
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);

    expect(bcrypt.getRounds(one)).toBe(4);
    expect(one).not.toBe(two);
  });

  it('should tell the right password from a wrong one', async () => {
    const hash = await passwords.hash('correct horse');

    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('correct horsf', hash)).toBe(false);
  });

  it('should compare with a hash of the same cost where there is no account, and never match', async () => {
    const compare = vi.spyOn(bcrypt, 'compare');

    expect(await passwords.matches('anything', null)).toBe(false);

    expect(compare).toHaveBeenCalledOnce();
    expect(bcrypt.getRounds(compare.mock.calls[0]![1])).toBe(4);
    compare.mockRestore();
  });

  it.each([
    ['72 bytes', 'a'.repeat(72), true],
    ['73 bytes', 'a'.repeat(73), false],
    ['37 characters of 2 bytes', 'é'.repeat(37), false],
    ['18 characters of 4 bytes', '😀'.repeat(18), true],
    ['a NUL', 'correct\0horse', false],
  ])('should know whether bcrypt would read all of %s', (_, password, expected) => {
    expect(isHashable(password)).toBe(expected);
  });

  it('should refuse what bcrypt would cut, whoever asks', async () => {
    await expect(passwords.hash('a'.repeat(73))).rejects.toThrow(ValidationError);
    await expect(passwords.matches('correct\0horse', await passwords.hash('correct'))).rejects.toThrow(
      ValidationError,
    );
  });

  it('should refuse with UNAVAILABLE when more wait than it can serve, and recover', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 210 }, () => passwords.hash('correct horse')),
    );
    const refused = results.filter((result) => result.status === 'rejected');

    expect(refused).toHaveLength(8);
    expect(refused.every(({ reason }) => reason instanceof UnavailableError)).toBe(true);
    expect(await passwords.hash('correct horse')).toMatch(/^\$2b\$04\$/);
  });
});
