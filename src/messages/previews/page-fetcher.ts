import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

import { webUrl } from './first-url.js';
import { addressOf, bareHost, NotFetchedError, type Reach } from './page-address.js';
import { readHtml } from './page-body.js';

const MAX_REDIRECTS = 3;
const MAX_BYTES = 512 * 1024;
/** For all of it: names, redirects and the page. Real time, whatever the Clock says. */
const TIMEOUT_MS = 5000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const HEADERS = {
  'User-Agent': 'Parley-LinkPreview/1.0',
  Accept: 'text/html',
  'Accept-Encoding': 'gzip, deflate, br',
};

export interface Page {
  /** Where it was found in the end. */
  url: string;
  html: string;
}

/**
 * Fetches pages that strangers name, without being led to places that only this server can reach: each
 * address is checked, also behind redirects, and connected to as it was checked.
 */
export class PageFetcher {
  constructor(
    private readonly reach: Reach,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  /** Rejects where there is no page to be had. `stop` ends it before its time. */
  async fetch(address: string, stop?: AbortSignal): Promise<Page> {
    const signal = AbortSignal.any([AbortSignal.timeout(this.timeoutMs), ...(stop ? [stop] : [])]);
    let url = webUrl(address);
    for (let hops = 0; url && hops <= MAX_REDIRECTS; hops += 1) {
      const response = await this.get(url, signal);
      try {
        if (!REDIRECTS.has(response.statusCode ?? 0)) {
          if (response.statusCode !== 200)
            throw new NotFetchedError(`The page answers ${response.statusCode}`);
          return { url: url.href, html: await readHtml(response, MAX_BYTES) };
        }
        url = webUrl(response.headers.location ?? '', url.href);
      } finally {
        response.destroy();
      }
    }
    throw new NotFetchedError(url ? 'The page redirects too often' : 'This is no address of a page');
  }

  private async get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const { host, port } = await withSignal(addressOf(url, this.reach), signal);
    const options = {
      host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: { ...HEADERS, Host: url.host },
      agent: false as const,
      signal,
    };
    const request =
      url.protocol === 'https:'
        ? // The certificate has to be of the name, though the connection is to the address.
          requestHttps({ ...options, servername: host === bareHost(url) ? '' : url.hostname })
        : requestHttp(options);
    // Also after the answer began: it ends the reading of the body, and must not end the process.
    request.on('error', () => undefined);
    request.end();
    const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
    return response;
  }
}

async function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason as Error));
  return Promise.race([work, aborted]);
}
