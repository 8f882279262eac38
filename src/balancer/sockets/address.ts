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
  const bytes = bytesOf(hex);
  if (isIPv4(hex)) return bytes.slice(-4).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

function isIPv4(hex: string): boolean {
  return hex.length === 8 || hex.startsWith(mappedPrefix);
}

/** In the order of the network. */
function bytesOf(hex: string): number[] {
  const words = hex.match(/.{8}/g) ?? [];
  return words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((digits) => Number.parseInt(digits, 16)));
}
