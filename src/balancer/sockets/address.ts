import { SocketAddress } from 'node:net';

/** The first words of an IPv4 address on an IPv6 socket, `::ffff:a.b.c.d`: so a gateway on a dual-stack socket sees its IPv4 peers. */
const mappedPrefix = '0000000000000000FFFF0000';
const loopbackIPv6 = '00000000000000000000000001000000';

/**
 * Addresses in the kernel's tables are 32-bit words in the machine's byte order; every platform that Node.js supports and Kubernetes
 * runs on, but for s390x, is little-endian: 127.0.0.1 is `0100007F`.
 * @param hex 8 digits (IPv4) or 32 (IPv6)
 */
export function isLoopback(hex: string): boolean {
  return hex === loopbackIPv6 || (isIPv4(hex) && hex.endsWith('7F'));
}

/** `0.0.0.0` or `::`: the other end of a socket that talks to nobody in particular. */
export function isUnspecified(hex: string): boolean {
  return /^0+$/.test(hex);
}

/** As people and DNS write it: `192.0.2.7`, also for an IPv4 address on an IPv6 socket, or `2001:db8::7`. */
export function addressText(hex: string): string {
  const word = hex.slice(-8);
  if (isIPv4(hex)) return [6, 4, 2, 0].map((offset) => Number.parseInt(word.slice(offset, offset + 2), 16)).join('.');
  const groups = [4, 0, 12, 8, 20, 16, 28, 24].map((offset) => swapped(hex.slice(offset, offset + 4)));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

function isIPv4(hex: string): boolean {
  return hex.length === 8 || hex.startsWith(mappedPrefix);
}

function swapped(twoBytes: string): string {
  return twoBytes.slice(2) + twoBytes.slice(0, 2);
}
