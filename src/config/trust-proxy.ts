import { compile } from 'proxy-addr';

/** Whether the `hop`th machine on the way back to the client, at this address, is a proxy that tells the truth. */
export type TrustProxy = (address: string, hop: number) => boolean;

/** `TRUST_PROXY`: a number of proxies, or a list of their addresses and networks. Empty: none. */
export function trustOf(setting: string): TrustProxy {
  if (/^\d+$/.test(setting)) return (_, hop) => hop < Number(setting);
  return compile(setting.split(/[\s,]+/).filter(Boolean));
}
