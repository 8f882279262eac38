import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Backend } from '../../src/balancer/backend.ts';
import { backendAt } from './rig.ts';

export interface NamedBackends {
  readonly backends: readonly Backend[];
  readonly servers: readonly Server[];
  close(): Promise<void>;
}

/** HTTP servers that answer with their own name: prod-0, prod-1, … */
export async function namedBackends(count: number): Promise<NamedBackends> {
  const servers = Array.from({ length: count }, (_, index) =>
    createServer((request, response) => {
      request.resume();
      request.on('end', () => response.end(`prod-${index}`));
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const backends = servers.map((server, index) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    return backendAt(`prod-${index}`, address.port);
  });
  return {
    backends,
    servers,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        if (!server.listening) continue;
        server.close();
        await once(server, 'close');
      }
    },
  };
}

/** The body of a GET through the balancer. */
export async function bodyOf(port: number, path = '/'): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return response.text();
}
