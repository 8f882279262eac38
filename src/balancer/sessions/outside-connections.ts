import { setImmediate as nextTurn } from 'node:timers/promises';
import { isInside } from '../sockets/inside.ts';
import { isLive } from '../sockets/live.ts';
import { socketRows, tcpTables } from '../sockets/socket-table.ts';
import type { SocketTable } from '../sockets/socket-table.ts';

/** About 2 ms of reading; then whoever waits for a byte of a session gets a turn. */
const rowsPerTurn = 1000;

/**
 * Live TCP connections from other machines to ports of the gateway: the sessions that entered through the sidecars of other pods, and
 * whoever dials the gateway past all sidecars. Nobody has to be asked for it.
 *
 * Those that entered through the own sidecar have both ends in the pod and are left out: its session book counts them. Connections
 * that another sidecar keeps open for its next HTTP request look like sessions here; a sidecar closes them when it learns that this
 * pod drains.
 *
 * @param ports the `targetPort`s of the listeners
 * @returns null when the tables cannot be read: then nobody knows
 */
export async function connectionsFromOutside(
  ports: ReadonlySet<number>,
  tables: readonly SocketTable[] = tcpTables,
): Promise<number | null> {
  let found = 0;
  let read = 0;
  try {
    for (const table of tables) {
      for (const row of socketRows(table)) {
        if (ports.has(row.local.port) && isLive(row) && !isInside(row)) found += 1;
        read += 1;
        if (read % rowsPerTurn === 0) await nextTurn();
      }
    }
  } catch {
    return null;
  }
  return found;
}
