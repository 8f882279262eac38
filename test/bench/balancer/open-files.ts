import { readdirSync } from 'node:fs';

/** How many file descriptors a process has open: sockets most of all. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
