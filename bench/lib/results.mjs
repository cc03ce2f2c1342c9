import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIGURES, show, verdict } from './goals.mjs';
import { median } from './percentiles.mjs';
import { noise } from './rounds.mjs';
import { percent, table } from './table.mjs';
import { writeJson } from './write-json.mjs';

const LATEST = fileURLToPath(new URL('../results/latest.json', import.meta.url));

/** Values per round as one figure each, in the order that they are told in. */
export function summariseFigures(values) {
  const measured = FIGURES.filter(({ key }) => values[key]?.length > 0);
  return Object.fromEntries(
    measured.map(({ key }) => {
      const rounds = values[key];
      return [key, { median: median(rounds), noise: noise(rounds), rounds }];
    }),
  );
}

export async function saveLatest(report) {
  await mkdir(dirname(LATEST), { recursive: true });
  await writeJson(LATEST, report);
  return JSON.parse(await readFile(LATEST, 'utf8'));
}

export function figuresText(figures) {
  const rows = rowsOf(figures).map(({ key, ...row }) => [
    key,
    row.must,
    row.goal,
    row.measured,
    row.noise,
    row.verdict,
  ]);
  return table(['figure', 'must', 'goal', 'measured', 'noise', 'reached'], rows);
}

/** One line per figure, as every table of them shows it. */
export function rowsOf(figures) {
  return FIGURES.filter(({ key }) => figures[key]).map((figure) => {
    const { median: value, noise: spread, rounds } = figures[figure.key];
    return {
      key: figure.key,
      label: figure.label,
      must: show(figure, figure.must),
      goal: show(figure, figure.goal),
      measured: show(figure, value),
      noise: rounds.length > 1 ? percent(spread) : 'one round',
      verdict: verdict(figure, value),
    };
  });
}
