import { describe, expect, it } from '@jest/globals';
import {
  absoluteFile,
  dnsLabel,
  dnsSubdomain,
  environmentName,
  hostAddress,
  httpPath,
  imageReference,
  jsonField,
  networkRange,
  portName,
  secretKey,
  unreservedPort,
} from '../../src/api/formats.ts';

describe.each([
  {
    format: 'dnsLabel',
    rule: dnsLabel,
    good: ['a', '0', 'dc2-win', 'a--b'],
    bad: ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'ä', 'a\n'],
  },
  {
    format: 'dnsSubdomain',
    rule: dnsSubdomain,
    good: ['a', 'a.b-c.d'],
    bad: ['', '.a', 'a.', 'a..b', 'a-.b', 'A', 'a/b'],
  },
  {
    format: 'portName',
    rule: portName,
    good: ['a', 'ssh', 'web-admin', 'h2'],
    bad: ['', '22', '2a', 'a-', 'a--b', 'A', 'a_b'],
  },
  {
    format: 'secretKey',
    rule: secretKey,
    good: ['config', '.dockercfg', 'A_b-c.json', '...', '..a'],
    bad: ['', '.', '..', 'a/b', 'a b'],
  },
  {
    format: 'environmentName',
    rule: environmentName,
    good: ['A', '_', 'a1'],
    bad: ['', '1A', 'A-B', 'A.B', 'A B', 'Ä'],
  },
  {
    format: 'absoluteFile',
    rule: absoluteFile,
    good: ['/a', '/etc/gateway/config.json', '/a/..b', '/a/.b', '/a b'],
    bad: ['', '/', 'a', '/a/', '//a', '/a//b', '/./a', '/a/..', '/a/../b', '/a:b'],
  },
  {
    format: 'imageReference',
    rule: imageReference,
    good: ['a', 'r.example:5000/a/b@sha256:0f'],
    bad: ['', ' a', 'a b', 'a\n', 'ä'],
  },
  { format: 'httpPath', rule: httpPath, good: ['/', '/a?b=c'], bad: ['', 'a', '/a b', '/ä', '/a\r\nHost: b'] },
  {
    format: 'hostAddress',
    rule: hostAddress,
    good: ['192.0.2.10', '2001:db8::1', '::1', 'a', 'gateway.dc3.example', '3com.example', '10-0-0-1'],
    bad: [
      '',
      '192.0.2.256',
      '192.0.2',
      '192.0.2.010',
      '192.0.2.10:22',
      '[::1]',
      'fe80::1%eth0',
      '::ffff:192.0.2.1',
      '::FFFF:c000:201',
      'a.1',
      'A',
      'http://a',
      'a b',
    ],
  },
  {
    format: 'networkRange',
    rule: networkRange,
    good: ['192.0.2.0/24', '192.0.2.1/24', '0.0.0.0/0', '192.0.2.1/32', '2001:db8::/32', '::/0', '::1/128'],
    bad: [
      '',
      '192.0.2.0',
      '192.0.2.0/33',
      '192.0.2.0/024',
      '192.0.2.0/-1',
      '192.0.2/24',
      '2001:db8::/129',
      'fe80::1%eth0/64',
      '::ffff:192.0.2.0/120',
      'a/8',
      '192.0.2.0/24/24',
    ],
  },
  {
    format: 'jsonField',
    rule: jsonField,
    good: ['sessions', 'sessions.active', 'a-b.c_d.0'],
    bad: ['', '.', 'a.', '.a', 'a..b', 'a[0]', 'a b', 'ä'],
  },
])('$format', ({ rule, good, bad }) => {
  it.each(good)('accepts %j', (value) => {
    expect(rule.holds(value)).toBe(true);
  });

  it.each(bad)('refuses %j', (value) => {
    expect(rule.holds(value)).toBe(false);
  });
});

describe('unreservedPort', () => {
  it.each([
    { port: 14_999, isFree: true },
    { port: 15_000, isFree: false },
    { port: 15_090, isFree: false },
    { port: 15_999, isFree: false },
    { port: 16_000, isFree: true },
  ])('says $isFree of $port', ({ port, isFree }) => {
    expect(unreservedPort.holds(port)).toBe(isFree);
  });
});
