import { addressText, isUnspecified } from '../sockets/address.ts';
import { isInside } from '../sockets/inside.ts';
import { isLive } from '../sockets/live.ts';
import { socketStates } from '../sockets/socket-row.ts';
import type { SocketRow } from '../sockets/socket-row.ts';
import type { IsIgnored } from './ignored-peers.ts';

const dnsPort = 53;

/** What tells the gateway's sessions from other rows of the pod's tables. */
export interface SessionFilter {
  /** Inodes of the sidecar's own sockets. */
  readonly ownSockets: ReadonlySet<string>;
  /** Ports that the sidecar listens on: a probe that it has not accepted yet is not a socket of its own yet. */
  readonly ownPorts: ReadonlySet<number>;
  readonly isIgnored: IsIgnored;
}

/**
 * The sessions of an outbound-only gateway in one table, each by the name of who is at its other end: live TCP connections, and UDP
 * sockets, because remote desktops come as WebRTC. Left out is what stays in the pod, what is the sidecar's own, DNS, and whom the
 * settings say to ignore.
 *
 * A UDP socket that talks to anybody (state 07, nobody at its other end) is one session: WebRTC opens one per session.
 */
export function* sessionsIn(
  protocol: 'TCP' | 'UDP',
  rows: Iterable<SocketRow>,
  filter: SessionFilter,
): Generator<string, void, undefined> {
  const listening = new Set<number>();
  for (const row of rows) {
    // The kernel prints listeners before all others, and a connection in the same table as the listener that it came in by.
    if (protocol === 'TCP' && row.state === socketStates.listen) listening.add(row.local.port);
    const carries = protocol === 'TCP' ? isLive(row) : !isDns(row);
    if (!carries || isInside(row) || isOwn(row, filter)) continue;

    const cameIn = listening.has(row.local.port) || isUnspecified(row.remote.address);
    const address = addressText(row.remote.address);
    const { port } = cameIn ? row.local : row.remote;
    if (!filter.isIgnored(address, port)) yield nameOf(row, address, cameIn) + (protocol === 'UDP' ? '/UDP' : '');
  }
}

function isDns({ local, remote }: SocketRow): boolean {
  return local.port === dnsPort || remote.port === dnsPort;
}

function isOwn({ inode, local }: SocketRow, { ownSockets, ownPorts }: SessionFilter): boolean {
  return ownSockets.has(inode) || ownPorts.has(local.port);
}

/** `192.0.2.7:443`; of who dialled in, the own port says more than theirs: `192.0.2.7 on port 9100`. */
function nameOf({ local, remote }: SocketRow, address: string, cameIn: boolean): string {
  if (isUnspecified(remote.address)) return `anybody on port ${local.port}`;
  if (cameIn) return `${address} on port ${local.port}`;
  return address.includes(':') ? `[${address}]:${remote.port}` : `${address}:${remote.port}`;
}
