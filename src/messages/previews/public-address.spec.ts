import { describe, expect, it } from 'vitest';

import { isPublicAddress } from './public-address.js';

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '93.184.215.14', '2001:4860:4860::8888', '::ffff:8.8.8.8'])(
    'should admit %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['this machine', ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '::', '0.1.2.3']],
    ['private networks', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1', 'fc00::1']],
    ['links and their metadata services', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254']],
    ['what providers keep behind a public number', ['168.63.129.16', '::ffff:168.63.129.16']],
    ['carriers', ['100.64.0.1', '100.127.255.255']],
    [
      'IPv4 inside of IPv6',
      ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::7f00:1', '::10.0.0.1'],
    ],
    [
      'translations',
      ['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '2002:7f00:1::', '2001:0:1::1'],
    ],
    [
      'documents and tests',
      ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1', '3fff::1'],
    ],
    [
      'groups and nobody',
      ['224.0.0.1', '255.255.255.255', '240.0.0.1', 'ff02::1', 'fec0::1', '100::1', '5f00::1'],
    ],
    ['what is no address', ['', 'localhost', '8.8.8.8.8', '256.1.1.1', 'example.com', '8.8.8.8/8']],
  ])('should refuse %s', (_, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});
