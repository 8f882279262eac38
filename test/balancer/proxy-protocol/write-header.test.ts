import { describe, expect, it } from '@jest/globals';
import { proxyHeader } from '../../../src/balancer/proxy-protocol/write-header.ts';

const signature = '0d0a0d0a000d0a515549540a';

describe('proxyHeader', () => {
  it.each([
    {
      name: 'IPv4',
      source: { address: '192.0.2.1', port: 0x1234 },
      destination: { address: '198.51.100.255', port: 22 },
      hex: '2111000cc0000201c63364ff12340016',
    },
    {
      name: 'IPv6',
      source: { address: '2001:db8::1', port: 1 },
      destination: { address: '::', port: 65_535 },
      hex: `2121002420010db8000000000000000000000001${'0'.repeat(32)}0001ffff`,
    },
    {
      name: 'IPv6 written in full, with a zone',
      source: { address: 'fe80:0:0:0:1:2:3:4%eth0', port: 1 },
      destination: { address: '1::', port: 2 },
      hex: `21210024fe8000000000000000010002000300040001${'0'.repeat(28)}00010002`,
    },
    {
      name: 'IPv6 that ends in an IPv4 address',
      source: { address: '64:ff9b::192.0.2.33', port: 1 },
      destination: { address: '::1', port: 2 },
      hex: `212100240064ff9b0000000000000000c0000221${'0'.repeat(31)}100010002`,
    },
    {
      name: 'a client that is gone already, as unspecified',
      source: { address: '', port: 0 },
      destination: { address: '127.0.0.1', port: 22 },
      hex: '21000000',
    },
  ])('writes $name', ({ source, destination, hex }) => {
    expect(proxyHeader(source, destination).toString('hex')).toBe(signature + hex);
  });
});
