import { describe, expect, it } from '@jest/globals';
import { isInside } from '../../../src/balancer/sockets/inside.ts';
import { parseSocketRow } from '../../../src/balancer/sockets/socket-row.ts';
import type { SocketRow } from '../../../src/balancer/sockets/socket-row.ts';
import { ipv4, ipv6, mapped, printTable } from './kernel-table.ts';

function rowBetween(local: readonly number[], remote: readonly number[]): SocketRow {
  const ends = { local: { bytes: local, port: 2222 }, remote: { bytes: remote, port: 40_000 } };
  const row = parseSocketRow(printTable([{ ...ends, state: '01' }]).split('\n')[1] ?? '');
  if (row === undefined) throw new Error('no row');
  return row;
}

describe('isInside', () => {
  it.each([
    { name: 'loopback, IPv4', local: ipv4('127.0.0.1'), remote: ipv4('127.0.0.1'), inside: true },
    { name: 'loopback, IPv6', local: ipv6('0:0:0:0:0:0:0:1'), remote: ipv6('0:0:0:0:0:0:0:1'), inside: true },
    { name: 'loopback, IPv4 on an IPv6 socket', local: mapped('127.0.0.1'), remote: mapped('127.0.0.1'), inside: true },
    { name: 'a socket for everybody on loopback', local: ipv4('127.0.0.1'), remote: ipv4('0.0.0.0'), inside: true },
    { name: 'the own address', local: mapped('10.0.0.2'), remote: mapped('10.0.0.2'), inside: true },
    { name: 'another machine', local: ipv4('10.0.0.2'), remote: ipv4('10.0.0.3'), inside: false },
    { name: 'a socket for everybody', local: ipv4('0.0.0.0'), remote: ipv4('0.0.0.0'), inside: false },
    {
      name: 'a socket for everybody, IPv6',
      local: ipv6('0:0:0:0:0:0:0:0'),
      remote: ipv6('0:0:0:0:0:0:0:0'),
      inside: false,
    },
  ])('$name: $inside', ({ local, remote, inside }) => {
    expect(isInside(rowBetween(local, remote))).toBe(inside);
  });
});
