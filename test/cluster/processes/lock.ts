import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { until } from '../until.ts';

/**
 * Runs `work` while no other process of this machine runs it for the same `name`. The lock is a listening socket in Linux's abstract
 * namespace (unix(7)): the kernel frees it when its owner dies, so a crash leaves no stale lock behind. `onWait` is called once when
 * somebody else holds it.
 */
export async function withLock<T>(
  name: string,
  waitMilliseconds: number,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  // Note: hashed, because such a name may have at most 107 bytes.
  const address = `\0gatewaypool-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  let told = false;
  const lock = await until(`the lock on ${name}`, waitMilliseconds, async () => {
    const server = await listen(address);
    if (server === undefined && !told) {
      told = true;
      onWait();
    }
    return server;
  });
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/** Undefined when somebody else listens there. */
async function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server.unref()));
  });
}
