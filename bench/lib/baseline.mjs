import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FIGURES, timesWorse } from './goals.mjs';
import { number, table } from './table.mjs';

const FILE = fileURLToPath(new URL('../baseline.json', import.meta.url));
const TOLERATED = 1.25;

/** Ratios alone: they are what a change of the code moves, and a change of the machine hardly. */
const isCompared = ({ unit }) => unit === 'x';

export async function readBaseline() {
  try {
    return JSON.parse(await readFile(FILE, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Keeps what this run has not measured. */
export async function saveBaseline(figures) {
  const stored = await readBaseline();
  const ratios = FIGURES.filter((figure) => isCompared(figure)).map(({ key }) => [
    key,
    figures[key] ? Number(figures[key].median.toPrecision(4)) : stored[key],
  ]);
  const known = ratios.filter(([, ratio]) => ratio !== undefined);
  await writeFile(FILE, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
}

/** Each measured ratio beside the stored one; `isWorse` where it is so by more than is tolerated. */
export function compare(figures, baseline) {
  return FIGURES.filter((figure) => isCompared(figure) && figures[figure.key] && baseline[figure.key]).map(
    (figure) => {
      const [stored, measured] = [baseline[figure.key], figures[figure.key].median];
      const worse = timesWorse(figure, measured, stored);
      const [job] = figure.key.split('.');
      return { key: figure.key, job, stored, measured, worse, isWorse: !(worse <= TOLERATED) };
    },
  );
}

export function comparisonText(lines) {
  const rows = lines.map(({ key, stored, measured, worse, isWorse }) => [
    key,
    number(stored, 2),
    number(measured, 2),
    `${number((worse - 1) * 100)} %${isWorse ? ' !' : ''}`,
  ]);
  return table(['ratio', 'stored', 'measured', 'worse by'], rows);
}
