/** State LISTEN in /proc/net/tcp: include/net/tcp_states.h of the Linux kernel. */
const listenState = '0A';

/** The rows of LISTEN sockets, which the kernel prints before all others. */
export interface ListenRows {
  /** Ports that can be reached from other hosts; sockets on a loopback address do not count. */
  readonly ports: ReadonlySet<number>;
  /** Whether a row in another state was seen: nothing of interest comes after it. */
  readonly complete: boolean;
}

/**
 * Reads the text of /proc/net/tcp or /proc/net/tcp6, whole or cut off anywhere: a last line without its end is left out.
 * The format: https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt
 */
export function parseListenRows(text: string): ListenRows {
  const ports = new Set<number>();
  // The first line holds the column names; the last piece is cut off, or empty.
  for (const line of text.split('\n').slice(1, -1)) {
    const [, local, , state] = line.trim().split(/\s+/);
    if (local === undefined) continue;
    if (state !== listenState) return { ports, complete: true };

    const [address, port] = local.split(':');
    if (address === undefined || port === undefined || isLoopback(address)) continue;
    ports.add(Number.parseInt(port, 16));
  }
  return { ports, complete: false };
}

/**
 * Addresses are printed as 32-bit words in the machine's byte order; every platform that Node.js supports and Kubernetes runs on,
 * but for s390x, is little-endian: 127.0.0.1 is `0100007F`.
 */
function isLoopback(hex: string): boolean {
  if (hex.length === 8) return hex.endsWith('7F');
  const isMappedIPv4 = hex.startsWith('0000000000000000FFFF0000');
  return hex === '00000000000000000000000001000000' || (isMappedIPv4 && hex.endsWith('7F'));
}
