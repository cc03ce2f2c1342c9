import { FIGURES, show, timesWorse, verdict } from './goals.mjs';

const WIDTH = 860;
const ROW = 46;
const TOP = 58;
const LEFT = 16;
const RIGHT = 110;
// Bars longer than this share of what must be are cut: how far off something is stands beside it as a number.
const LONGEST = 1.6;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .small { font-size: 12px; fill: #59636e; }
    .page { fill: #ffffff; }
    .track { fill: #eff2f5; }
    .goal { fill: #1a7f37; } .must { fill: #0969da; } .missed { fill: #cf222e; }
    .line { stroke: #59636e; stroke-width: 1.5; } .tick { stroke: #1f2328; stroke-width: 2; stroke-dasharray: 3 2; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .small { fill: #9198a1; }
      .page { fill: #0d1117; }
      .track { fill: #1c2128; }
      .goal { fill: #3fb950; } .must { fill: #4493f8; } .missed { fill: #f85149; }
      .line { stroke: #9198a1; } .tick { stroke: #e6edf3; }
    }`;

/**
 * Every figure that has a must as a bar, drawn so that shorter is better and the must stands at the same place for
 * all of them, whichever way the figure counts.
 */
export function plot(figures) {
  const rows = FIGURES.filter(({ key, must }) => must !== undefined && figures[key]);
  const height = TOP + rows.length * ROW + 8;
  const x = (share) => LEFT + (Math.min(share, LONGEST) / LONGEST) * (WIDTH - LEFT - RIGHT);
  const mustAt = x(1).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Measured figures against what they must be">
  <style>${STYLE}
  </style>
  <rect class="page" width="${WIDTH}" height="${height}" rx="6"/>
  <text x="${LEFT}" y="24">Measured, as a share of what it must be: shorter is better</text>
  <text class="small" x="${LEFT}" y="44">Solid line: must. Dashed: goal. Green reaches the goal, blue the must, red neither.</text>
${rows.map((figure, index) => bar(figure, figures[figure.key].median, TOP + index * ROW, x)).join('\n')}
  <line class="line" x1="${mustAt}" y1="${TOP}" x2="${mustAt}" y2="${height - 8}"/>
</svg>
`;
}

function bar(figure, value, y, x) {
  const share = timesWorse(figure, value, figure.must);
  const goalAt = x(timesWorse(figure, figure.goal, figure.must)).toFixed(1);
  const width = (to) => (to - LEFT).toFixed(1);
  return `  <text class="small" x="${LEFT}" y="${y + 16}">${escape(figure.label)}</text>
  <rect class="track" x="${LEFT}" y="${y + 22}" width="${width(x(LONGEST))}" height="14" rx="3"/>
  <rect class="${verdict(figure, value)}" x="${LEFT}" y="${y + 22}" width="${width(x(share))}" height="14" rx="3"/>
  <line class="tick" x1="${goalAt}" y1="${y + 20}" x2="${goalAt}" y2="${y + 38}"/>
  <text x="${WIDTH - RIGHT + 10}" y="${y + 34}">${escape(show(figure, value))}</text>`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
