import { readdirSync, readlinkSync } from 'node:fs';

const socketLink = /^socket:\[(\d+)\]$/;

/**
 * Inodes of the sockets that this very process holds. The sidecar and the gateway share the tables of the pod; this is what tells
 * their rows apart, without knowing anyone's addresses: https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
export function ownSockets(folder = '/proc/self/fd'): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const name of readdirSync(folder)) {
    const inode = socketLink.exec(target(`${folder}/${name}`))?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** Empty when it was closed meanwhile, such as the folder that is being read. */
function target(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
