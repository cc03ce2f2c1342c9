// Builds `dist` when a source is newer than it, so that `npm start` is quick and never runs old code.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'dist', 'main.js');
const compiler = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

function isFresh() {
  if (!existsSync(built)) return false;
  const settings = ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
  const newest = Math.max(
    newestIn(join(root, 'src')),
    ...settings.map((file) => statSync(join(root, file)).mtimeMs),
  );
  return statSync(built).mtimeMs >= newest;
}

// A production image has no compiler and no sources: it runs what was built into it.
if (existsSync(join(root, 'src')) && existsSync(compiler) && !isFresh()) {
  console.error('building ...');
  const { status } = spawnSync(process.execPath, [compiler, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
} else if (!existsSync(built)) {
  console.error('There is no build and no compiler: run "npm ci && npm run build" first.');
  process.exit(1);
}
