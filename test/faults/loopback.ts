import { once } from 'node:events';
import type { Server } from 'node:net';

/** Makes a server listen on a port of 127.0.0.1 (0 = any free one) and returns the port. */
export async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
