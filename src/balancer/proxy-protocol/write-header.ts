import { isIPv4, isIPv6 } from 'node:net';
import type { Endpoint } from '../transport/addresses.ts';
import { families, proxyCommand, signature } from './octets.ts';

/**
 * The PROXY protocol's binary header: tells a backend who the client is.
 * https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt §2.2
 */
export function proxyHeader(source: Endpoint, destination: Endpoint): Buffer {
  const ipv4 = isIPv4(source.address) && isIPv4(destination.address);
  const ipv6 = isIPv6(source.address) && isIPv6(destination.address);
  if (!ipv4 && !ipv6) return frame(families.unspecified, Buffer.alloc(0));

  const addressBytes = ipv4 ? ipv4Bytes : ipv6Bytes;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  const payload = Buffer.concat([addressBytes(source.address), addressBytes(destination.address), ports]);
  return frame(ipv4 ? families.ipv4 : families.ipv6, payload);
}

function frame(family: number, payload: Buffer): Buffer {
  const head = Buffer.from([proxyCommand, family, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([signature, head, payload]);
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Buffer {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = expandIpv4Tail(plain).split('::');
  const first = groups(head);
  const last = groups(tail ?? '');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - first.length - last.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...first, ...zeros, ...last].entries()) bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** `64:ff9b::192.0.2.1` ends in an IPv4 address: RFC 4291 §2.2. */
function expandIpv4Tail(address: string): string {
  const tail = /\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0];
  if (tail === undefined) return address;
  const bytes = ipv4Bytes(tail);
  return `${address.slice(0, -tail.length)}${bytes.readUInt16BE(0).toString(16)}:${bytes.readUInt16BE(2).toString(16)}`;
}
