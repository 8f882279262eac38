import { describe, expect, it } from '@jest/globals';
import { trustedPeers } from '../../../src/balancer/proxy-protocol/trusted-peers.ts';

describe('trustedPeers', () => {
  it.each([
    { address: '192.0.2.77', ranges: ['192.0.2.0/24'], trusted: true },
    { address: '192.0.3.1', ranges: ['192.0.2.0/24'], trusted: false },
    { address: '192.0.2.1', ranges: ['192.0.2.1/32', '2001:db8::/32'], trusted: true },
    { address: '2001:db8:1::1', ranges: ['192.0.2.1/32', '2001:db8::/32'], trusted: true },
    { address: '2001:db9::1', ranges: ['2001:db8::/32'], trusted: false },
    { address: '198.51.100.1', ranges: ['0.0.0.0/0'], trusted: true },
    { address: '::1', ranges: ['0.0.0.0/0'], trusted: false },
    { address: '', ranges: ['0.0.0.0/0', '::/0'], trusted: false },
  ])('finds $address in $ranges: $trusted', ({ address, ranges, trusted }) => {
    expect(trustedPeers(ranges)(address)).toBe(trusted);
  });
});
