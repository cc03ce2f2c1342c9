import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { CALL_MOVES, SEAT_MOVES } from '../../src/calls/call-state.js';

const page = readFileSync('docs/calls.md', 'utf8');
const client = readFileSync('examples/call-client.js', 'utf8');

describe('docs/calls.md', () => {
  it('should show the client with which the browsers of the tests call each other', () => {
    const blocks = [...page.matchAll(/^```js\n([^]*?)^```/gm)].map(([, code]) => code);

    expect(blocks.at(-1)).toBe(client);
  });

  it.each([
    ['call.state', CALL_MOVES],
    ['participant', SEAT_MOVES],
  ])('should have every move of the table of %s', (heading, moves) => {
    expect(movesIn(heading)).toEqual(moves);
  });

  it('should show a client of less than 80 lines', () => {
    expect(client.trimEnd().split('\n').length).toBeLessThan(80);
  });
});

/** Of a table whose first column names states and whose last the ones that may follow. */
function movesIn(heading: string): Record<string, string[]> {
  const [, table = ''] = new RegExp(`^\\| \`?${heading}\`? [^]*?\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  const rows = table.split('\n').filter((row) => row.startsWith('| `'));
  const names = (cell = '') => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
  return Object.fromEntries(
    rows.map((row) => {
      const cells = row.split('|').slice(1, -1);
      return [names(cells[0])[0] ?? '', names(cells.at(-1))];
    }),
  );
}
