import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { systemErrorCode } from '../system-error.ts';

/**
 * Writes as much of the text as can be written without waiting; gives how many octets that were. Text that nobody can take any more counts
 * as written. A text of at most `atomicOctets` goes out whole or not at all.
 */
export type TryWrite = (text: string) => number;

/** What a pipe takes in one piece: PIPE_BUF, pipe(7). */
export const atomicOctets = 4096;

const standardOutput = 1;

/** Standard output that never blocks the program: who does not read what it says must not stop what it carries. */
export function openStandardOutput(): TryWrite {
  try {
    return tryWriteTo(withoutBlocking(standardOutput));
  } catch {
    // It is closed.
    return tryWriteTo(standardOutput);
  }
}

/** Sockets that are kept, as their end would close the descriptor. */
const kept: Socket[] = [];

/**
 * A pipe is opened anew, as being blocked or not is a property of what was opened, and other programs may share the one that we got. What
 * cannot be opened anew (a socket such as systemd's journal, a pipe of another user) becomes non-blocking when Node takes it over. A file
 * never blocks for long.
 */
export function withoutBlocking(descriptor: number): number {
  const kind = fstatSync(descriptor);
  if (!kind.isFIFO() && !kind.isSocket()) return descriptor;
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    kept.push(new Socket({ fd: descriptor, readable: false, writable: true }).unref());
    return descriptor;
  }
}

export function tryWriteTo(descriptor: number): TryWrite {
  return (text) => {
    try {
      return writeSync(descriptor, text);
    } catch (error) {
      return systemErrorCode(error) === 'EAGAIN' ? 0 : Buffer.byteLength(text);
    }
  };
}
