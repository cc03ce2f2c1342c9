import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Probe } from './probe.service.js';

/** Does with its thread what the path says, as a parser might that meets a hostile file. */
const WORKER = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ id, path }) => {
  if (path === 'hang') for (;;);
  if (path === 'eat') for (const eaten = []; ; ) eaten.push(new Array(1e5).fill(id));
  if (path === 'throw') throw new Error('broken');
  if (path === 'exit') process.exit(1);
  parentPort.postMessage({ id, mimeType: path });
});
`;

describe('Probe', () => {
  let folder: string;
  let probe: Probe;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-probe-'));
    const file = join(folder, 'worker.mjs');
    writeFileSync(file, WORKER);
    probe = new (class extends Probe {
      protected override readonly deadlineMs = 2000;

      protected override workerFile(): string {
        return file;
      }
    })();
  });

  afterEach(async () => {
    await probe.onApplicationShutdown();
    rmSync(folder, { recursive: true });
  });

  it.each(['hang', 'eat', 'throw', 'exit'])(
    'should know nothing of a file at which its thread does this: %s, and go on with the next',
    async (deed) => {
      const answers = await Promise.all([
        probe.probe('image/png'),
        probe.probe(deed),
        probe.probe('text/plain'),
      ]);

      expect(answers).toEqual([{ mimeType: 'image/png' }, { mimeType: null }, { mimeType: 'text/plain' }]);
    },
  );
});
