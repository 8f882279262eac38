import { afterAll } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SocketTable } from '../../../src/balancer/sockets/socket-table.ts';

/** What the kernel prints about a socket; addresses as bytes in the order of the network, 4 or 16. */
export interface PrintedSocket {
  readonly local: { readonly bytes: readonly number[]; readonly port: number };
  readonly remote: { readonly bytes: readonly number[]; readonly port: number };
  readonly state: string;
  readonly unsentBytes?: number;
  readonly inode?: number;
}

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

/** A table as a little-endian kernel prints it: every row filled up with spaces to its fixed width (net/ipv4/tcp_ipv4.c). */
export function printTable(sockets: readonly PrintedSocket[]): string {
  return [head, ...sockets.map(printRow)].map((line) => `${line.padEnd(149)}\n`).join('');
}

function printRow({ local, remote, state, unsentBytes = 0, inode = 4711 }: PrintedSocket, index: number): string {
  const ends = `${end(local)} ${end(remote)}`;
  const number = String(index).padStart(4);
  return `${number}: ${ends} ${state} ${hex(unsentBytes, 8)}:00000000 00:00000000 00000000     0        0 ${inode} 1 00000000fdf6826e 20 4 30 10 -1`;
}

function end({ bytes, port }: PrintedSocket['local']): string {
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.slice(4 * index, 4 * index + 4));
  const printed = words.map((word) => word.map((byte) => hex(byte, 2)).reverse());
  return `${printed.flat().join('')}:${hex(port, 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** The bytes of `10.0.0.1`. */
export function ipv4(text: string): number[] {
  return text.split('.').map(Number);
}

/** The bytes of `::ffff:10.0.0.1`. */
export function mapped(text: string): number[] {
  return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...ipv4(text)];
}

/** The bytes of an IPv6 address whose eight groups are all there: `fd77:0:0:0:0:0:0:1`. */
export function ipv6(text: string): number[] {
  return text.split(':').flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** A file in the place of a table of the kernel; it is gone after the tests. */
export async function tableFile(text: string, protocol: 'TCP' | 'UDP' = 'TCP'): Promise<SocketTable> {
  const folder = await mkdtemp(join(tmpdir(), 'socket-table-'));
  folders.push(folder);
  const path = join(folder, protocol.toLowerCase());
  await writeFile(path, text);
  return { path, protocol, mayBeMissing: false };
}

/**
 * Tables that a kernel 6.18 printed for a pod at 10.77.0.2 and fd77::2, whose gateway listened on port 2222 and had TCP connections to
 * ports 22, 23, 80 and 443 and UDP sockets to ports 53 and 5004 of 10.77.0.1 and fd77::1, in every state but CLOSING.
 */
export const capturedTables: readonly SocketTable[] = (
  [
    ['tcp', 'TCP'],
    ['tcp6', 'TCP'],
    ['udp', 'UDP'],
    ['udp6', 'UDP'],
  ] as const
).map(([name, protocol]) => ({
  path: join(import.meta.dirname, 'captured', name),
  protocol,
  mayBeMissing: false,
}));
