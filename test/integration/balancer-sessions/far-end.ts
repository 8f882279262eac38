/** Everybody whom a gateway talks to: targets, its router, a DNS server, clients and probes. Runs outside the pod. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { ports } from './ports.ts';
import { work } from './worker.ts';

const sockets: Socket[] = [];

function keep(socket: Socket): Socket {
  sockets.push(socket);
  return socket.on('error', () => {});
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => onConnection(keep(socket)));
  server.listen(port, '::');
  await once(server, 'listening');
}

await listen(ports.target, (socket) => socket.resume());
await listen(ports.router, (socket) => socket.resume());
await listen(ports.apiServer, (socket) => socket.resume());
await listen(ports.endsAtOnce, (socket) => socket.resume().end());
await listen(ports.endsToo, (socket) => socket.resume().on('end', () => socket.end()));
await listen(ports.readsLate, (socket) => socket.pause());
for (const port of [ports.udp, ports.dns]) {
  const server = createSocket('udp6');
  server.bind(port);
  await once(server, 'listening');
}

await work({
  /** Dials in and stays. */
  dial: async (address: string, port: number, times: number) => {
    for (let time = 0; time < times; time += 1) {
      const socket = keep(connect({ host: address, port, allowHalfOpen: true })).resume();
      await once(socket, 'connect');
    }
  },
  read: () => sockets.forEach((socket) => socket.resume()),
  /** Ends its side of everything; a connection that the gateway has ended too is over. */
  endAll: () => sockets.splice(0).forEach((socket) => socket.end()),
});
