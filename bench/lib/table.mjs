/** Plain text columns: the first is a name and stands left, the rest are figures and stand right. */
export function table(header, rows) {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const format = (line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ');
  return [format(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(format)].join(
    '\n',
  );
}

/** A figure that could not be measured (no /proc, say) is shown as such, never as 0. */
export function number(value, digits = 0) {
  return Number.isFinite(value) ? value.toFixed(digits) : 'n/a';
}

export function percent(share) {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : 'n/a';
}
