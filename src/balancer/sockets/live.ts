import { noInode, socketStates as states } from './socket-row.ts';
import type { SocketRow } from './socket-row.ts';

/**
 * Whether a TCP connection still carries something between two ends, RFC 9293 section 3.3.2:
 * - open, or closed by the other end only (CLOSE_WAIT);
 * - closed by this end only, while a process waits for the rest (FIN_WAIT1, FIN_WAIT2). Without a process nobody reads it any more:
 *   the kernel keeps such a row for a minute;
 * - closed, with bytes that the other end has not got yet: they would be lost with the pod.
 *
 * A connection that is being opened is none yet. One that nobody has accepted yet is one: somebody waits at its other end.
 */
export function isLive({ state, unsentBytes, inode }: SocketRow): boolean {
  // The end of the stream, which is under way in these states, counts as one.
  const bytesUnderWay = unsentBytes > 1;
  switch (state) {
    case states.established:
    case states.closeWait:
      return true;
    case states.finWait1:
      return inode !== noInode || bytesUnderWay;
    case states.finWait2:
      return inode !== noInode;
    case states.lastAck:
    case states.closing:
      return bytesUnderWay;
    default:
      return false;
  }
}
