import ipaddr from 'ipaddr.js';

/** All that IPv6 has given out for use between networks; the rest reaches nobody, or something of our own. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** Public by its number, and yet inside of every machine at Azure: it hands out what the machine is set up with. */
const METADATA = new Set(['168.63.129.16']);

/**
 * Whether an address belongs to the public internet: not to this machine, a private network, a provider's
 * inside, or a translation into one of these. An IPv4 address in IPv6 clothes counts as what it is.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || METADATA.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}
