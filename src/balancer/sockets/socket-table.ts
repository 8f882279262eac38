import { closeSync, openSync, readSync } from 'node:fs';
import { systemErrorCode } from '../system-error.ts';
import { parseSocketRow } from './socket-row.ts';
import type { SocketRow } from './socket-row.ts';

/** The kernel gives a page at most with every read. */
const chunkBytes = 4096;

/** A table has a row that makes no sense: whoever counts rows does not know the number. */
export class SocketTableError extends Error {
  override readonly name = 'SocketTableError';
}

/** A table of the pod's network namespace, which all its containers share. Readable without privilege. */
export interface SocketTable {
  readonly path: string;
  readonly protocol: 'TCP' | 'UDP';
  /** A kernel without IPv6 does not have it. */
  readonly mayBeMissing: boolean;
}

export const tcpTables: readonly SocketTable[] = [
  { path: '/proc/net/tcp', protocol: 'TCP', mayBeMissing: false },
  { path: '/proc/net/tcp6', protocol: 'TCP', mayBeMissing: true },
];

export const udpTables: readonly SocketTable[] = [
  { path: '/proc/net/udp', protocol: 'UDP', mayBeMissing: false },
  { path: '/proc/net/udp6', protocol: 'UDP', mayBeMissing: true },
];

/**
 * The rows of a table. Reads no further than the caller goes, and holds one page of it, however long it is.
 *
 * Note: the kernel prints a page at a time. A socket that ends between two pages may hide another one, and one may show up twice.
 * @throws the system's error when the table cannot be read
 * @throws {SocketTableError} for a row that makes no sense
 */
export function* socketRows(table: SocketTable): Generator<SocketRow, void, undefined> {
  let isHead = true;
  for (const line of linesOf(table)) {
    if (!isHead) {
      const row = parseSocketRow(line);
      if (row === undefined) throw new SocketTableError(`Could not read ${table.path}: no socket is in "${line}"`);
      yield row;
    }
    isHead = false;
  }
}

function* linesOf({ path, mayBeMissing }: SocketTable): Generator<string, void, undefined> {
  const file = openTable(path, mayBeMissing);
  if (file === undefined) return;
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let rest = '';
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      const lines = (rest + chunk.toString('latin1', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}

function openTable(path: string, mayBeMissing: boolean): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (mayBeMissing && systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
