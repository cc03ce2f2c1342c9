import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';

const STOP_MS = 15_000;
const OUTPUT_KEPT = 4_000;

/**
 * Starts a Node server on a free port and comes back when `readyPath` answers 200; another kind of server by its
 * `command`, with the port it was told and its own way of being ready.
 */
export async function startServer(options) {
  const { entry, command = [process.execPath, entry], env = {}, cwd, readyPath, readyMs = 120_000 } = options;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const isReady = options.isReady ?? (() => answers(url + readyPath));
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-OUTPUT_KEPT);
    });
  }
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  const stop = async () => {
    if (isRunning()) {
      const force = setTimeout(kill, STOP_MS);
      child.kill('SIGTERM');
      await once(child, 'exit');
      clearTimeout(force);
    }
    process.off('exit', kill);
  };

  const deadline = Date.now() + readyMs;
  while (!(await isReady())) {
    if (!isRunning() || Date.now() > deadline) {
      await stop();
      throw new Error(
        `${entry ?? file} did not get ready (${readyPath ?? port}). Its last output:\n${output}`,
      );
    }
    await delay(50);
  }
  return { url, pid: child.pid, entry, stop, output: () => output };
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
