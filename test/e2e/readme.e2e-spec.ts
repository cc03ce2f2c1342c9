import { existsSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BuiltServer } from '../support/built-server.js';
import { runCommand } from '../support/run-command.js';

const readme = readFileSync('README.md', 'utf8');

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code as string,
  );
}

describe('the tour of the README', () => {
  let server: BuiltServer;
  let printed: string[];

  beforeAll(async () => {
    server = await BuiltServer.start();
    // One shell for all blocks, as for a reader who pastes them one after the other.
    const script = ['set -euo pipefail', ...blocks('bash')]
      .join('\nprintf "\\n@@block\\n"\n')
      .replaceAll('localhost:3000', `127.0.0.1:${server.port}`);
    const { code, stdout, stderr } = await runCommand('bash', ['-c', script], { PARLEY_URL: server.url });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    printed = stdout.split('@@block\n').slice(1);
  });

  afterAll(() => server.stop());

  /** The JSON bodies that a block printed, one behind the other. */
  const bodies = (block: number): any[] =>
    (printed[block] ?? '')
      .trim()
      .split(/(?<=\})(?=\{)/)
      .map((body) => JSON.parse(body) as unknown);

  it('should register two people', () => {
    expect(bodies(0)).toMatchObject([
      { name: 'Ann', email: 'ann@example.com' },
      { name: 'Bob', email: 'bob@example.com' },
    ]);
  });

  it('should log in and find the other', () => {
    expect(bodies(1)).toMatchObject([{ items: [{ name: 'Bob' }], nextCursor: null }]);
  });

  it('should send a message and read it back', () => {
    const [message, history] = bodies(2);

    expect(message).toMatchObject({ seq: 1, clientMessageId: 'm1', text: 'Hello Bob!' });
    expect(history).toEqual({ items: [message], hasMore: false });
  });

  it('should do the same in real time', () => {
    expect(printed[3]?.trim().split('\n')).toEqual([
      'Ann sent message 1, Bob heard: Hello Bob!',
      'Bob missed: Are you there?',
    ]);
  });
});

describe('the README', () => {
  it('should show the script that it runs', () => {
    expect(blocks('js')).toEqual([readFileSync('examples/hello.mjs', 'utf8')]);
  });

  it('should name only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);

    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', ...named]));
  });

  it.each([
    'README.md',
    'CONTRIBUTING.md',
    'docs/architecture.md',
    'docs/realtime-protocol.md',
    'docs/calls.md',
    'docs/scaling.md',
    'docs/search.md',
    'docs/accounts.md',
  ])('should link from %s only to files that exist', (file) => {
    const base = new URL(file, `file://${process.cwd()}/`);
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)];
    const missing = links
      .map(([, link]) => link as string)
      .filter((link) => !existsSync(new URL(link, base)));

    expect(missing).toEqual([]);
  });
});
