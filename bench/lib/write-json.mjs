import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';

/** What was measured, with the machine that it was measured on. */
export async function writeJson(file, report) {
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
  await writeFile(file, `${JSON.stringify({ machine, ...report }, null, 2)}\n`);
}
