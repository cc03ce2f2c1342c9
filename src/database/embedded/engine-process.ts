import { type ChildProcess, spawn } from 'node:child_process';

import { type EngineLog, EngineStartError } from './engine-start-error.js';
import type { HostFailure, HostMessage } from './host-protocol.js';

/** How to start an engine host; see `engine-launcher.ts`. */
export interface HostCommand {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The host ended, or said that it cannot go on, before its engine was ready. */
export class HostFailedError extends EngineStartError {
  constructor(
    readonly failure: HostFailure,
    message: string,
  ) {
    super(message);
  }
}

/** More than the host gives itself to close. */
const STOP_DEADLINE_MS = 10_000;
const KEPT_STDERR = 4000;

/** One engine host, from its start to its end. */
export class EngineProcess {
  /** Settles when the process is gone, with how it ended. */
  readonly ended: Promise<string>;
  private stderr = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: EngineLog,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR);
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  /** Starts a host and waits for its engine; the socket path is null for an engine on a port. */
  static async start(
    command: HostCommand,
    log: EngineLog,
  ): Promise<{ process: EngineProcess; socketPath: string | null }> {
    const child = spawn(command.file, command.args, {
      env: command.env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    });
    const host = new EngineProcess(child, log);
    return { process: host, socketPath: await host.ready() };
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What the engine wrote last: the only trace of a native crash. */
  get lastWords(): string {
    return this.stderr.trim();
  }

  private async ready(): Promise<string | null> {
    const answer = new Promise<HostMessage>((resolve) => {
      this.child.on('message', (message: HostMessage) => {
        if (message.type === 'warning') this.log.warn(message.message);
        else resolve(message);
      });
    });
    const first = await Promise.race([answer, this.ended]);
    if (typeof first !== 'string' && first.type === 'ready') return first.socketPath;

    const ended = await this.ended;
    if (typeof first !== 'string' && first.type === 'failed')
      throw new HostFailedError(first.failure, first.message);
    throw new HostFailedError(
      'broken',
      [`the engine host ended (${ended})`, this.lastWords].join('\n').trim(),
    );
  }

  /** Lets go of the host, which closes its engine and ends; one that does not is killed. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const killer = setTimeout(() => {
      this.log.warn('the engine host does not end, killing it; nothing acknowledged is lost');
      child.kill('SIGKILL');
    }, STOP_DEADLINE_MS);
    if (child.connected) child.disconnect();
    await this.ended;
    clearTimeout(killer);
  }
}
