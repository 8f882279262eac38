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
  return tryWriteTo(withoutBlocking(standardOutput));
}

/** Sockets that are kept, as their end would close the descriptor. */
const kept: Socket[] = [];

/**
 * A pipe is opened anew, as being blocked or not is a property of what was opened, and other programs may share the one that we got. A
 * socket (systemd's journal) cannot be: Node makes it non-blocking when it takes it over. A file never blocks for long.
 */
export function withoutBlocking(descriptor: number): number {
  try {
    const kind = fstatSync(descriptor);
    if (kind.isSocket()) kept.push(new Socket({ fd: descriptor, readable: false, writable: true }).unref());
    if (!kind.isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
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
