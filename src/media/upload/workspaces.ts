import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';

const HOST = encodeURIComponent(hostname());
/** Folders of other machines that share `DATA_DIR` are left alone for so long: no upload takes as much. */
const FOREIGN_MS = 24 * 3_600_000;

/**
 * A folder for each upload that is under way, gone with it, however it ends. They lie beside the media,
 * so that a finished file only has to be renamed. What a crash left behind goes at the next start.
 */
@Injectable()
export class Workspaces implements OnModuleInit, OnApplicationShutdown {
  private readonly root: string;
  private readonly own: string;

  constructor(
    config: AppConfig,
    private readonly clock: Clock,
  ) {
    this.root = join(config.dataDir, 'media', 'uploads');
    this.own = join(this.root, `${HOST}.${process.pid}.${randomUUID()}`);
  }

  async onModuleInit(): Promise<void> {
    await this.clear();
  }

  /** Removes what processes that are gone have left. */
  async clear(): Promise<void> {
    const names = await readdir(this.root).catch(() => []);
    for (const name of names) {
      if (await this.isLeft(name)) await rm(join(this.root, name), { recursive: true, force: true });
    }
  }

  /** Runs `work` with an empty folder of its own. */
  async use<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.own, randomUUID());
    await mkdir(folder, { recursive: true });
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await rm(this.own, { recursive: true, force: true });
  }

  private async isLeft(name: string): Promise<boolean> {
    const path = join(this.root, name);
    if (path === this.own) return false;
    const [, host, pid] = /^(.+)\.(\d+)\.[\da-f-]+$/.exec(name) ?? [];
    if (host === HOST && !isRunning(Number(pid))) return true;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
    return mtimeMs < this.clock.nowMs() - FOREIGN_MS;
  }
}

/** A process of this machine, other than this one. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process of that number runs all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
