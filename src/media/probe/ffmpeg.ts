import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { AppConfig } from '../../config/app-config.js';

const DEADLINE_MS = 20_000;
const MAX_CPU_SECONDS = 20;
const MAX_MEMORY_BYTES = 2 * 1024 ** 3;
/** A single allocation inside of ffmpeg: headers can claim any size. */
const MAX_ALLOC_BYTES = 512 * 1024 ** 2;
const KEPT_STDERR = 2000;

export class FfmpegError extends Error {}

/**
 * ffmpeg and ffprobe, where they are installed: programs of their own, without a shell, an environment or
 * the network, ended when they take too long or too much.
 */
@Injectable()
export class Ffmpeg implements OnModuleInit {
  private readonly logger = new Logger(Ffmpeg.name);
  private readonly tools: { ffmpeg: string; ffprobe: string } | null;
  /** Bounds the memory of a program; part of every Linux. */
  private readonly prlimit: string | null;

  constructor(private readonly config: AppConfig) {
    const ffmpeg = find('ffmpeg', config.toolDirs);
    const ffprobe = find('ffprobe', config.toolDirs);
    this.tools = ffmpeg && ffprobe ? { ffmpeg, ffprobe } : null;
    this.prlimit = process.platform === 'linux' ? find('prlimit', ['/usr/bin', '/bin']) : null;
  }

  get isThere(): boolean {
    return this.tools !== null;
  }

  onModuleInit(): void {
    if (this.isThere) return;
    this.logger.warn(
      'ffmpeg and ffprobe were not found: videos get no picture and keep their place of recording, and voice notes get no waveform. Install ffmpeg or set FFMPEG_DIR.',
    );
  }

  /** Calls `onOutput` with what the program writes; resolves when it has ended well. */
  async run(
    tool: 'ffmpeg' | 'ffprobe',
    args: readonly string[],
    onOutput: (chunk: Buffer) => void,
  ): Promise<void> {
    if (!this.tools) throw new FfmpegError('ffmpeg is not there');
    const command = [this.tools[tool], ...BOUNDS, ...args];
    // What points to the same piece again and again could be copied to any size.
    const fileSize = `--fsize=${2 * this.config.maxUploadBytes}`;
    const limits = [`--as=${MAX_MEMORY_BYTES}`, `--cpu=${MAX_CPU_SECONDS}`, fileSize, '--'];
    const [file = '', ...rest] = this.prlimit ? [this.prlimit, ...limits, ...command] : command;
    const child = spawn(file, rest, {
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let stderr = '';
    child.stdout.on('data', onOutput);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR);
    });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        code === 0
          ? resolve()
          : reject(new FfmpegError(`${tool} ended with ${signal ?? code}: ${stderr.trim()}`)),
      );
    });
  }

  /** All that the program writes, which must be little. */
  async output(tool: 'ffmpeg' | 'ffprobe', args: readonly string[], maxBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    await this.run(tool, args, (chunk) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
    });
    if (size > maxBytes) throw new FfmpegError(`${tool} wrote more than ${maxBytes} bytes`);
    return Buffer.concat(chunks);
  }
}

/** Files only: a playlist in disguise can't make it fetch anything. */
const BOUNDS = ['-v', 'error', '-protocol_whitelist', 'file,pipe', '-max_alloc', String(MAX_ALLOC_BYTES)];

function find(name: string, folders: readonly string[]): string | null {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
