import { createServer } from 'node:net';

/** Below Linux's range for outgoing connections (32768–60999), so no client's socket can ever sit on a port between stop and restart. */
const firstPort = 20_000;
const lastPort = 32_000;

/** Ports of 127.0.0.1 that were free a moment ago, all different. */
export async function freePorts(count: number, random: () => number = Math.random): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 1000) throw new Error(`found no ${count} free ports between ${firstPort} and ${lastPort} on 127.0.0.1`);
    const port = firstPort + Math.floor(random() * (lastPort - firstPort));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
