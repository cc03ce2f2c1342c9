import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some tests need and npm does not bring: where they may be, and how to get them. */
const PROGRAMS = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    get: 'apt-get install chromium',
  },
  turnserver: { names: ['turnserver'], get: 'apt-get install coturn' },
};

export type Program = keyof typeof PROGRAMS;

/** Where a program is; fails without it. */
export function pathOf(program: Program): string {
  const path = findProgram(program);
  if (!path) throw new Error(missing(program));
  return path;
}

/**
 * Whether all these programs are there. A machine without them leaves the tests out that need them, and says so in
 * one line for each program; with CI set they fail, as nobody reads that line there.
 */
export function requires(...programs: Program[]): boolean {
  const absent = programs.filter((program) => !findProgram(program));
  for (const program of absent) console.warn(missing(program));
  return absent.length === 0 || isCi();
}

function missing(program: Program): string {
  return `LEFT OUT: tests that need ${program}, which is not installed: ${PROGRAMS[program].get}`;
}

function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}

function findProgram(program: Program): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
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
