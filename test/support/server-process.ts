import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The built server as a process of its own, which a test may kill. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly output: () => string,
  ) {}

  /** Resolves when it listens, on a port of its own choice, with the embedded engine in `dataDir`. */
  static async start(dataDir: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    const { NODE_OPTIONS: _, MONGODB_URI: __, ...inherited } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', resolve('dist/main.js')], {
      cwd: dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        NODE_ENV: 'development',
        CACHE_DIR: process.env.CACHE_DIR ?? join(homedir(), '.cache', 'parley'),
        DATA_DIR: dataDir,
        HOST: '127.0.0.1',
        PORT: '0',
        RATE_LIMITS: 'off',
        BCRYPT_COST: '4',
        LOG_LEVEL: 'warn',
        ...env,
      },
    });
    let output = '';
    const url = new Promise<string>((resolveUrl, reject) => {
      const read = (text: string) => {
        output += text;
        const [, found] = /Parley listens on (\S+)/.exec(output) ?? [];
        if (found) resolveUrl(found);
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      child.once('exit', (code, signal) =>
        reject(new Error(`the server ended (${signal ?? code}): ${output}`)),
      );
    });
    return new ServerProcess(child, await url, () => output);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What it has written so far. */
  get log(): string {
    return this.output();
  }

  /** The process that holds the data. */
  async engineHost(): Promise<number> {
    const [host] = await this.children('engine-host.js');
    if (host === undefined) throw new Error(`the server has no engine host: ${this.log}`);
    return host;
  }

  /** Those that serve, where it is their primary; the oldest first. */
  workers(): Promise<number[]> {
    return this.children('main.js');
  }

  private async children(file: string): Promise<number[]> {
    const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args=']);
    return stdout
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, ppid, stat]) => Number(ppid) === this.child.pid && !stat?.startsWith('Z'))
      .filter((columns) => columns.slice(3).join(' ').includes(file))
      .map(([pid]) => Number(pid))
      .toSorted((one, other) => one - other);
  }

  /** `kill -9`, by default of the server alone; its engine notices and ends too. */
  async kill({ withEngine = false } = {}): Promise<void> {
    if (this.isGone) return;
    const host = withEngine ? await this.engineHost() : null;
    const gone = once(this.child, 'exit');
    if (host !== null) process.kill(host, 'SIGKILL');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** It stands still, and closes nothing. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Asks it to end, and answers how it did. */
  async terminate(): Promise<{ code: number | null; tookMs: number }> {
    const began = performance.now();
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const [code] = (await gone) as [number | null];
    return { code, tookMs: performance.now() - began };
  }

  private get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
