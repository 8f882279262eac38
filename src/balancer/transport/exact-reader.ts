import { Socket } from 'node:net';
import { type Accepted, adopt, type ConnectionHandle } from './accepted.ts';

/** Gets all octets that came so far; gives how many more it needs. 0 = it has all. */
export type MoreOctets = (octets: Buffer) => number;

/** A connection whose first octets are read, and not one more: what follows is for somebody else. */
export interface ExactReading {
  /** Drops the connection with a reset. */
  reset(): void;
}

/**
 * Reads so many octets, and then as many as `more` asks for. `onDone` gets the connection back when that is 0, `onClosed` is called when
 * it ends before.
 */
export function readExactly(
  accepted: Accepted,
  octets: number,
  more: MoreOctets,
  onDone: (accepted: Accepted) => void,
  onClosed: () => void,
): ExactReading {
  return accepted instanceof Socket
    ? readFromSocket(accepted, octets, more, onDone, onClosed)
    : readFromHandle(accepted, octets, more, onDone, onClosed);
}

type Read<From extends Accepted> = (
  from: From,
  octets: number,
  more: MoreOctets,
  onDone: (accepted: Accepted) => void,
  onClosed: () => void,
) => ExactReading;

/** Node reads no more than there is room for in the buffer that it is given: the kernel keeps the rest. */
const readFromHandle: Read<ConnectionHandle> = (handle, octets, more, onDone, onClosed) => {
  let all = Buffer.alloc(octets);
  let end = 0;
  const socket = adopt(handle, {
    buffer: () => all.subarray(end),
    callback(count) {
      end += count;
      if (end < all.length) return true;
      const next = more(all);
      if (next > 0) {
        all = Buffer.concat([all, Buffer.alloc(next)]);
        return true;
      }
      // Note: later, as a connection cannot change hands in the middle of a read.
      process.nextTick(give);
      return false;
    },
  });

  function give(): void {
    if (socket.destroyed) return;
    socket.removeAllListeners();
    onDone(handle);
  }

  watch(socket, onClosed);
  socket.resume();
  return { reset: () => socket.resetAndDestroy() };
};

const readFromSocket: Read<Socket> = (socket, octets, more, onDone, onClosed) => {
  let all = Buffer.alloc(0);
  let wanted = octets;

  function read(): void {
    let bytes: unknown = null;
    while (wanted > 0 && (bytes = socket.read(wanted)) instanceof Buffer) {
      all = Buffer.concat([all, bytes]);
      // At the end a socket gives what there is.
      if (bytes.length < wanted) socket.destroy();
      wanted = bytes.length < wanted ? wanted - bytes.length : more(all);
    }
    if (wanted > 0) return;
    socket.removeListener('readable', read);
    socket.removeAllListeners('error').removeAllListeners('end').removeAllListeners('close');
    socket.pause();
    onDone(socket);
  }

  watch(socket, onClosed);
  socket.on('readable', read);
  return { reset: () => socket.resetAndDestroy() };
};

function watch(socket: Socket, onClosed: () => void): void {
  socket.on('error', () => {});
  socket.on('end', () => socket.destroy());
  socket.on('close', onClosed);
}
