import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some tests need and npm does not bring: where they may be, and how to get them. */
const PROGRAMS = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    get: 'apt-get install chromium',
  },
  turnserver: { names: ['turnserver'], get: 'apt-get install coturn' },
  'redis-server': { names: ['redis-server'], get: 'apt-get install redis-server' },
};

export type Program = keyof typeof PROGRAMS;

const reported = new Set<Program>();

/** Where a program is; fails without it. */
export function pathOf(program: Program): string {
  const path = findProgram(program);
  if (!path) throw new Error(`There are ${missing(program)}`);
  return path;
}

/**
 * Whether all these programs are there. A machine without them leaves the tests out that need them, and says so in
 * one line for each program; with CI set they fail, as nobody reads that line there.
 */
export function requires(...programs: Program[]): boolean {
  const absent = programs.filter((program) => !findProgram(program));
  if (absent.length === 0 || isCi()) return true;
  for (const program of absent) {
    if (!reported.has(program)) console.warn(`LEFT OUT: ${missing(program)}`);
    reported.add(program);
  }
  return false;
}

function missing(program: Program): string {
  return `tests that need ${program}, which is not installed (${PROGRAMS[program].get})`;
}

function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}

function findProgram(program: Program): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const places = PROGRAMS[program].names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
