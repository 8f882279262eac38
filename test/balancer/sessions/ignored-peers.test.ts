import { describe, expect, it } from '@jest/globals';
import { ignoredPeers } from '../../../src/balancer/sessions/ignored-peers.ts';

const known: Readonly<Record<string, readonly string[]>> = {
  'router.example': ['192.0.2.7', '2001:db8::7'],
  'unknown.example': [],
};

const isIgnored = ignoredPeers(
  [
    { cidr: '10.0.0.0/8', port: 443 },
    { cidr: 'fd77::/64', port: 443 },
    { cidr: '0.0.0.0/0', port: 5353 },
    { host: 'router.example', port: 8443 },
    { host: 'unknown.example', port: 8443 },
  ],
  (host) => known[host] ?? [],
);

describe('ignoredPeers', () => {
  it.each([
    { name: 'an address of a range, on its port', address: '10.1.2.3', port: 443, ignored: true },
    { name: 'an address of a range, on another port', address: '10.1.2.3', port: 22, ignored: false },
    { name: 'an address beside the range', address: '11.1.2.3', port: 443, ignored: false },
    { name: 'an IPv6 address of a range', address: 'fd77::beef', port: 443, ignored: true },
    { name: 'an IPv6 address beside the range', address: 'fd77:0:0:1::beef', port: 443, ignored: false },
    { name: 'an address that a name stands for', address: '192.0.2.7', port: 8443, ignored: true },
    { name: 'an IPv6 address that a name stands for', address: '2001:db8::7', port: 8443, ignored: true },
    { name: 'that address on the port of another entry', address: '192.0.2.7', port: 443, ignored: false },
    { name: 'an address that no name stands for', address: '192.0.2.8', port: 8443, ignored: false },
    { name: 'a socket for everybody', address: '0.0.0.0', port: 5353, ignored: true },
  ])('$name: $ignored', ({ address, port, ignored }) => {
    expect(isIgnored(address, port)).toBe(ignored);
  });

  it('ignores nobody when nobody is named', () => {
    expect(ignoredPeers([], () => [])('10.1.2.3', 443)).toBe(false);
  });

  it('takes the range of one address for that address', () => {
    const isRouter = ignoredPeers([{ cidr: '192.0.2.7/32', port: 443 }], () => []);

    expect([isRouter('192.0.2.7', 443), isRouter('192.0.2.6', 443)]).toEqual([true, false]);
  });
});
