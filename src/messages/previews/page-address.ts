import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

import { isPublicAddress } from './public-address.js';

/** Where pages may be fetched from. */
export interface Reach {
  /** All addresses of a name. */
  resolve(hostname: string): Promise<string[]>;
  /** Whether a page may be fetched from there. */
  admits(address: string, port: number): boolean;
}

const WEB_PORTS = new Set([80, 443]);

/** The public internet, on the ports of the web. Names are asked of DNS alone, never of this machine's own list. */
export const PUBLIC_WEB: Reach = {
  async resolve(hostname) {
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    const found = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  },
  admits: (address, port) => WEB_PORTS.has(port) && isPublicAddress(address),
};

/** Without the brackets of an IPv6 address. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Thrown for a page that is not fetched. */
export class NotFetchedError extends Error {}

/**
 * The address to connect to, looked up once: connecting to the name would look it up again, and may get
 * another answer. A name of which any address is out of reach is refused as a whole.
 */
export async function addressOf(url: URL, reach: Reach): Promise<{ host: string; port: number }> {
  const name = bareHost(url);
  const addresses = isIP(name) ? [name] : await reach.resolve(name);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const [host] = addresses;
  if (host === undefined || !addresses.every((address) => reach.admits(address, port)))
    throw new NotFetchedError('The address is out of reach');
  return { host, port };
}
