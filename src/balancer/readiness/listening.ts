import { closeSync, openSync, readSync } from 'node:fs';
import { parseListenRows } from './proc-net.ts';

/** The socket tables of the pod's network namespace: all its containers share it. */
const socketTables = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

const chunkBytes = 16_384;
/** About 14,000 rows; a process has far fewer listeners. */
const maxBytes = 2_097_152;

/**
 * The TCP ports that something in this pod listens on, reachable from other hosts. Opens no connection, so that a gateway which
 * counts connections without a login (OpenSSH's PerSourcePenalties) never notices.
 *
 * Reads only as far as the listeners go: with thousands of sessions the whole table takes long to print.
 */
export function listeningPorts(tables: readonly string[] = socketTables): ReadonlySet<number> {
  const found = new Set<number>();
  for (const table of tables) {
    for (const port of portsOf(table)) found.add(port);
  }
  return found;
}

function portsOf(table: string): ReadonlySet<number> {
  const text = readUntil(table, (soFar) => parseListenRows(soFar).complete);
  // A table without other rows ends in a line break, so nothing of it is left out.
  return parseListenRows(text).ports;
}

/** A kernel without IPv6 has no tcp6: a table that is not there is empty. */
function readUntil(path: string, enough: (soFar: string) => boolean): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let text = '';
    while (text.length < maxBytes) {
      const length = readSync(file, chunk);
      text += chunk.toString('latin1', 0, length);
      if (length === 0 || enough(text)) break;
    }
    return text;
  } finally {
    closeSync(file);
  }
}
