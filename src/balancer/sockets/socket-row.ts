/** One end of a socket. */
export interface SocketEnd {
  /** As the kernel prints it; `addressText` makes it readable. */
  readonly address: string;
  readonly port: number;
}

/** A row of /proc/net/{tcp,tcp6,udp,udp6}. */
export interface SocketRow {
  readonly local: SocketEnd;
  readonly remote: SocketEnd;
  /** See `socketStates`. */
  readonly state: string;
  /** Written by the process and not acknowledged by the other end yet; the end of the stream counts as one byte. */
  readonly unsentBytes: number;
  /** Which open files of which process it is; `0`: no process holds it (any more, or yet). */
  readonly inode: string;
}

/** From include/net/tcp_states.h of the Linux kernel; UDP uses the first and `close`. */
export const socketStates = {
  established: '01',
  finWait1: '04',
  finWait2: '05',
  close: '07',
  closeWait: '08',
  lastAck: '09',
  listen: '0A',
  closing: '0B',
} as const;

/** No process holds the socket: it was closed, or nobody has accepted it yet. */
export const noInode = '0';

/** Number, both ends, state, queues, timer, retransmits, user, time-out, inode; what follows differs between the tables. */
const row =
  /^ *\d+: ((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4}) ((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):\S+ \S+ \S+ +\S+ +\S+ (\d+)(?: |$)/;

/**
 * Reads one row; undefined when it is none.
 * The format: https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt
 */
export function parseSocketRow(line: string): SocketRow | undefined {
  const [whole, local = '', localPort = '', remote = '', remotePort = '', state = '', unsent = '', inode = ''] =
    row.exec(line) ?? [];
  if (whole === undefined) return undefined;
  return {
    local: { address: local, port: Number.parseInt(localPort, 16) },
    remote: { address: remote, port: Number.parseInt(remotePort, 16) },
    state,
    unsentBytes: Number.parseInt(unsent, 16),
    inode,
  };
}
