import { isLoopback } from '../sockets/address.ts';
import { socketStates } from '../sockets/socket-row.ts';
import { socketRows, tcpTables } from '../sockets/socket-table.ts';
import type { SocketTable } from '../sockets/socket-table.ts';

/**
 * The TCP ports that something in this pod listens on, reachable from other hosts. Opens no connection, so that a gateway which
 * counts connections without a login (OpenSSH's PerSourcePenalties) never notices.
 */
export function listeningPorts(tables: readonly SocketTable[] = tcpTables): ReadonlySet<number> {
  const found = new Set<number>();
  for (const table of tables) {
    try {
      addListening(table, found);
    } catch {
      // A table that cannot be read holds no listener that we know of: the pod is not ready, which is the safe side.
    }
  }
  return found;
}

/** The kernel prints listeners before all others: with thousands of sessions the whole table takes long to print. */
function addListening(table: SocketTable, found: Set<number>): void {
  for (const { local, state } of socketRows(table)) {
    if (state !== socketStates.listen) return;
    if (!isLoopback(local.address)) found.add(local.port);
  }
}
