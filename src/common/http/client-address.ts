import type { IncomingMessage } from 'node:http';

import proxyAddr from 'proxy-addr';

import type { TrustProxy } from '../../config/trust-proxy.js';

/** Whose request it is: what the trusted proxies in front say, else the address at the other end. As Express has it. */
export function clientAddress(request: IncomingMessage, trust: TrustProxy): string {
  return proxyAddr(request, trust);
}
