import { randomBytes } from 'node:crypto';

import { Injectable, type OnModuleInit } from '@nestjs/common';
import bcrypt from 'bcrypt';

import { UnavailableError, ValidationError } from '../common/errors/app-error.js';
import { AppConfig } from '../config/app-config.js';
import { BoundedQueue } from '../common/bounded-queue.js';

/** Two of libuv's four threads: the rest stay free for files and names. */
const HASHES_AT_ONCE = 2;
/** At some 60 ms each, the last of a full queue waits six seconds. */
const MAX_WAITING = 200;

/** bcrypt reads 72 bytes and stops at NUL: of a longer password it would silently check a part. */
const MAX_BYTES = 72;

export function isHashable(password: string): boolean {
  return Buffer.byteLength(password) <= MAX_BYTES && !password.includes('\0');
}

@Injectable()
export class PasswordService implements OnModuleInit {
  private readonly queue = new BoundedQueue(
    HASHES_AT_ONCE,
    MAX_WAITING,
    () => new UnavailableError('Too many people are logging in at this moment: try again'),
  );
  private dummyHash: string;

  constructor(private readonly config: AppConfig) {}

  async onModuleInit(): Promise<void> {
    this.dummyHash = await this.hash(randomBytes(32).toString('base64url'));
  }

  async hash(password: string): Promise<string> {
    assertHashable(password);
    return this.queue.run(() => bcrypt.hash(password, this.config.bcryptCost));
  }

  /** `null`, for an account that isn't there, takes as long as a wrong password. */
  async matches(password: string, hash: string | null): Promise<boolean> {
    assertHashable(password);
    const isSame = await this.queue.run(() => bcrypt.compare(password, hash ?? this.dummyHash));
    return isSame && hash !== null;
  }
}

function assertHashable(password: string): void {
  if (!isHashable(password)) {
    throw ValidationError.of(
      'password',
      'isHashable',
      `password must be at most ${MAX_BYTES} bytes without NUL`,
    );
  }
}
