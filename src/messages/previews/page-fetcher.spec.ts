import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, it } from 'vitest';

import { PUBLIC_WEB, type Reach } from './page-address.js';
import { PageFetcher } from './page-fetcher.js';

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };
/** Stands for a server in the internet: only this name leads to where these tests run servers. */
const OUTSIDE = 'page.example';

describe('PageFetcher', () => {
  const servers: Server[] = [];
  const asked: string[] = [];

  afterEach(async () => {
    asked.length = 0;
    await Promise.all(
      servers.splice(0).map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  });

  async function serve(listener: RequestListener): Promise<number> {
    const server = createServer((request, response) => {
      asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
      listener(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** 127.0.0.1 counts as public on the port of the one server, where a name led to it. */
  function reachOf(port: number, resolve: Reach['resolve'] = () => Promise.resolve(['127.0.0.1'])): Reach {
    return {
      resolve,
      admits: (address, number) =>
        (address === '127.0.0.1' && number === port) || PUBLIC_WEB.admits(address, number),
    };
  }

  async function fetchFrom(listener: RequestListener, path = '/', timeoutMs = 5000) {
    const port = await serve(listener);
    return new PageFetcher(reachOf(port), timeoutMs).fetch(`http://${OUTSIDE}:${port}${path}`);
  }

  it('should fetch a page as itself, without cookies', async () => {
    let headers: object = {};
    const page = await fetchFrom((request, response) => {
      headers = request.headers;
      response.writeHead(200, { ...HTML, 'Set-Cookie': 'a=b' }).end('<title>Zoë</title>');
    }, '/a?b=c');

    expect(page.html).toBe('<title>Zoë</title>');
    expect(asked).toEqual([expect.stringMatching(/^page\.example:\d+\/a\?b=c$/)]);
    expect(headers).toMatchObject({ 'user-agent': expect.stringContaining('Parley'), accept: 'text/html' });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('referer');
  });

  it('should follow three redirects, and not four', async () => {
    const redirecting: RequestListener = ({ url = '' }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.writeHead(200, HTML).end('there');
      else response.writeHead(302, { Location: `/${left - 1}`, 'Set-Cookie': 'a=b' }).end();
    };

    expect(await fetchFrom(redirecting, '/3')).toMatchObject({ html: 'there' });
    await expect(fetchFrom(redirecting, '/4')).rejects.toThrow('redirects too often');
  });

  it.each([
    'http://127.0.0.1:1/',
    'http://127.0.0.1/',
    'http://localhost/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://8.8.8.8:22/',
    'file:///etc/passwd',
    'ftp://8.8.8.8/',
    'http://user:secret@8.8.8.8/',
    '',
  ])('should not follow a redirect to %s', async (location) => {
    const resolve = (name: string) =>
      Promise.resolve(name === OUTSIDE ? ['127.0.0.1'] : ['127.0.0.1', '8.8.8.8']);
    const port = await serve((_, response) => void response.writeHead(302, { Location: location }).end());

    await expect(new PageFetcher(reachOf(port, resolve)).fetch(`http://${OUTSIDE}:${port}/`)).rejects.toThrow(
      location ? /out of reach|no address/ : /redirects too often/,
    );
    expect(new Set(asked)).toEqual(new Set([`${OUTSIDE}:${port}/`]));
  });

  it('should refuse this machine itself, by name and by number', async () => {
    const port = await serve((_, response) => void response.writeHead(200, HTML).end('inside'));
    const fetcher = new PageFetcher({ ...PUBLIC_WEB, resolve: () => Promise.resolve(['127.0.0.1']) });

    for (const host of ['inside.example', '127.0.0.1', '[::ffff:127.0.0.1]', '2130706433'])
      await expect(fetcher.fetch(`http://${host}:${port}/`)).rejects.toThrow('out of reach');
    expect(asked).toEqual([]);
  });

  it('should refuse a name of which one address is inside', async () => {
    const port = await serve((_, response) => void response.writeHead(200, HTML).end('inside'));
    const resolve = () => Promise.resolve(['127.0.0.1', '10.0.0.1']);

    await expect(new PageFetcher(reachOf(port, resolve)).fetch(`http://${OUTSIDE}:${port}/`)).rejects.toThrow(
      'out of reach',
    );
    expect(asked).toEqual([]);
  });

  it('should connect to what it checked, whatever the name says a moment later', async () => {
    const port = await serve((_, response) => void response.writeHead(200, HTML).end('the checked one'));
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const resolve = () => Promise.resolve(answers.shift() ?? []);
    const fetcher = new PageFetcher(reachOf(port, resolve));

    expect(await fetcher.fetch(`http://${OUTSIDE}:${port}/`)).toMatchObject({ html: 'the checked one' });
    expect(answers).toHaveLength(1);
    await expect(fetcher.fetch(`http://${OUTSIDE}:${port}/`)).rejects.toThrow('out of reach');
  });

  it('should check a name again at each redirect', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const port = await serve((_, response) => void response.writeHead(302, { Location: '/next' }).end());
    const fetcher = new PageFetcher(reachOf(port, () => Promise.resolve(answers.shift() ?? [])));

    await expect(fetcher.fetch(`http://${OUTSIDE}:${port}/`)).rejects.toThrow('out of reach');
    expect(asked).toHaveLength(1);
  });

  it('should give up on a server that drips, in its headers or in its page', async () => {
    const dripping: RequestListener = (_, response) => {
      response.writeHead(200, HTML);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };

    await expect(fetchFrom(dripping, '/', 300)).rejects.toThrow('aborted');
    await expect(fetchFrom(() => undefined, '/', 300)).rejects.toThrow('aborted');
  });

  it('should give up on a name that is never answered', async () => {
    const fetcher = new PageFetcher({ ...PUBLIC_WEB, resolve: () => new Promise(() => undefined) }, 100);

    await expect(fetcher.fetch(`http://${OUTSIDE}/`)).rejects.toThrow('aborted');
  });

  it('should end when it is stopped', async () => {
    const port = await serve(() => undefined);
    const stop = new AbortController();

    const page = new PageFetcher(reachOf(port)).fetch(`http://${OUTSIDE}:${port}/`, stop.signal);
    stop.abort();

    await expect(page).rejects.toThrow('aborted');
  });

  it('should read no more than 512 KiB of a page without end', async () => {
    let isClosed: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => (isClosed = resolve));
    const page = await fetchFrom((_, response) => {
      response.writeHead(200, HTML).write('<title>endless</title>');
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour).on('close', () => isClosed?.());
      pour();
    });

    expect(page.html).toHaveLength(512 * 1024);
    expect(page.html).toMatch(/^<title>endless/);
    await closed;
  });

  it('should unpack no more than 512 KiB of a bomb', async () => {
    const bomb = gzipSync(
      Buffer.concat([Buffer.from('<title>boom</title>'), Buffer.alloc(256 * 1024 * 1024)]),
    );
    const before = process.memoryUsage().rss;

    const page = await fetchFrom((_, response) => {
      response.writeHead(200, { ...HTML, 'Content-Encoding': 'gzip' }).end(bomb);
    });

    expect(page.html).toHaveLength(512 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  it.each([
    [{ 'Content-Type': 'application/json' }, 200],
    [{ 'Content-Type': 'text/plain' }, 200],
    [{ 'Content-Type': 'text/htmlx' }, 200],
    [{ 'Content-Type': 'image/svg+xml' }, 200],
    [{}, 200],
    [{ ...HTML, 'Content-Encoding': 'compress' }, 200],
    [HTML, 404],
    [HTML, 500],
    [HTML, 304],
  ])('should take nothing but a page: %j %i', async (headers, status) => {
    await expect(
      fetchFrom((_, response) => void response.writeHead(status, headers).end('<title>x</title>')),
    ).rejects.toThrow(/no HTML|answers|packed/);
  });

  it('should refuse what says to be packed and is not', async () => {
    const lying: RequestListener = (_, response) =>
      void response.writeHead(200, { ...HTML, 'Content-Encoding': 'gzip' }).end('<title>x</title>');

    await expect(fetchFrom(lying)).rejects.toThrow('incorrect header');
  });

  it.each([
    ['in the header', { 'Content-Type': 'text/html; charset="ISO-8859-1"' }, '<title>Zo\xeb</title>'],
    ['in the page', { 'Content-Type': 'text/html' }, '<meta charset=windows-1252><title>Zo\xeb</title>'],
    [
      'in the old way',
      { 'Content-Type': 'text/html' },
      '<meta http-equiv="Content-Type" content="text/html; charset=latin1"><title>Zo\xeb</title>',
    ],
  ])('should read the charset that is named %s', async (_, headers, html) => {
    const page = await fetchFrom(
      (__, response) => void response.writeHead(200, headers).end(Buffer.from(html, 'latin1')),
    );

    expect(page.html).toContain('Zoë');
  });

  it('should read an unknown charset as UTF-8', async () => {
    const page = await fetchFrom((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=klingon' }).end('Zoë');
    });

    expect(page.html).toBe('Zoë');
  });
});
