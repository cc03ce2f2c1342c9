import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { plot } from './plot.mjs';
import { rowsOf } from './results.mjs';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** Writes the page and the plot of a run into docs/, and answers their names. */
export async function publish(report) {
  const page = `${DOCS}performance.md`;
  const style = await resolveConfig(page);
  await writeFile(`${DOCS}performance.svg`, plot(report.figures));
  await writeFile(page, await format(text(report), { ...style, parser: 'markdown' }));
  return ['docs/performance.md', 'docs/performance.svg'];
}

function text({ measuredAt, quick, machine, placement, faults, figures }) {
  const rows = rowsOf(figures);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const goals = rows.filter(({ must }) => must);
  const others = rows.filter(({ must }) => !must);
  return `# Performance

Written by \`npm run bench -- all --publish\` on ${measuredAt.slice(0, 10)}: ${machine.cores} cores of
${machine.cpu ?? 'an unknown processor'}, Node ${machine.node}; ${placement.note}. What each job does is in
[bench/README.md](../bench/README.md).
${remarks(quick, faults)}
![Measured figures against what they must be](performance.svg)

"1.00x" is the yardstick itself, measured in turns with Parley in the same run: a Socket.IO relay as tutorials end
with, without login and store, or the bare database driver. Figures are medians over rounds; the noise is the spread
between the rounds, and a difference smaller than that says nothing.

${line(['figure', 'must', 'goal', 'measured', 'noise', 'reached'])}
| --- | ---: | ---: | ---: | ---: | --- |
${goals.map((row) => line([row.label, row.must, row.goal, row.measured, row.noise, row.verdict])).join('\n')}

Measured along with them:

${line(['figure', 'measured', 'noise'])}
| --- | ---: | ---: |
${others.map((row) => line([`\`${row.key}\`: ${row.label}`, row.measured, row.noise])).join('\n')}
`;
}

/** What keeps the figures from being what their names say. */
function remarks(quick, faults) {
  const found = [
    quick &&
      'A quick run, smaller than the names of the figures say: it tells whether the jobs work, no more.',
    faults.length > 0 && `Jobs with faults, whose figures do not count: ${faults.join(', ')}.`,
  ];
  return found
    .filter(Boolean)
    .map((remark) => `\n${remark}\n`)
    .join('');
}
