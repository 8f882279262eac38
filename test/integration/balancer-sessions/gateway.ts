/** A gateway with sessions of every kind that a kernel knows. Runs in the pod, beside the sidecar. */
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { addresses } from './pod-network.ts';
import { ports } from './ports.ts';
import { work } from './worker.ts';

const open: { close(): void }[] = [];
const { outside, pod, nobody } = addresses;
const mapped = `::ffff:${outside.ipv4}`;

function keepTcp(socket: Socket): Socket {
  open.push({ close: () => socket.destroy() });
  return socket.on('error', () => {});
}

async function tcp(host: string, port: number): Promise<Socket> {
  const socket = keepTcp(connect({ host, port, allowHalfOpen: true })).resume();
  await once(socket, 'connect');
  return socket;
}

function udpSocket(type: 'udp4' | 'udp6'): UdpSocket {
  const socket = createSocket(type);
  open.push({ close: () => socket.close() });
  return socket;
}

async function connectedUdp(host: string, port: number): Promise<void> {
  const socket = udpSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.connect(port, host);
  await once(socket, 'connect');
}

async function boundUdp(type: 'udp4' | 'udp6', address?: string): Promise<void> {
  const socket = udpSocket(type);
  socket.bind({ address });
  await once(socket, 'listening');
}

/** Writes until the buffers of both ends are full: a write then does not end. */
async function fill(socket: Socket): Promise<void> {
  for (let isFull = false; !isFull; ) {
    const written = new Promise<boolean>((resolve) => socket.write(Buffer.alloc(65_536), () => resolve(false)));
    isFull = await Promise.race([written, sleep(300, true)]);
  }
}

const server = createServer({ allowHalfOpen: true }, (socket) => keepTcp(socket).resume());
server.listen(ports.gateway, '::');
const legacyServer = createServer({ allowHalfOpen: true }, (socket) => keepTcp(socket).resume());
legacyServer.listen(ports.gateway + 1, '127.0.0.1');
await Promise.all([once(server, 'listening'), once(legacyServer, 'listening')]);

/** Each begins one. */
const sessions: Readonly<Record<string, () => Promise<unknown>>> = {
  'TCP over IPv4': () => tcp(outside.ipv4, ports.target),
  'TCP over IPv6': () => tcp(outside.ipv6, ports.target),
  'IPv4 on an IPv6 socket': () => tcp(mapped, ports.target),
  'ended by us, half open': async () => (await tcp(outside.ipv4, ports.target)).end(),
  'ended by them, half open': async () => once(await tcp(outside.ipv4, ports.endsAtOnce), 'end'),
  'UDP over IPv4': () => connectedUdp(outside.ipv4, ports.udp),
  'UDP over IPv6': () => connectedUdp(outside.ipv6, ports.udp),
  'UDP over IPv4 on an IPv6 socket': () => connectedUdp(mapped, ports.udp),
  'UDP with anybody, IPv4': () => boundUdp('udp4'),
  'UDP with anybody, IPv6': () => boundUdp('udp6'),
};

/** What is no session, or none any more. */
const others: Readonly<Record<string, () => Promise<unknown>>> = {
  'router over IPv4': () => tcp(outside.ipv4, ports.router),
  'router over IPv6': () => tcp(outside.ipv6, ports.router),
  'router on an IPv6 socket': () => tcp(mapped, ports.router),
  DNS: () => connectedUdp(outside.ipv4, ports.dns),
  'loopback, IPv4': () => tcp('127.0.0.1', ports.gateway + 1),
  'loopback, IPv6': () => tcp('::1', ports.gateway),
  'loopback, UDP': () => boundUdp('udp4', '127.0.0.1'),
  'own address, IPv4': () => tcp(pod.ipv4, ports.gateway),
  'own address, IPv6': () => tcp(pod.ipv6, ports.gateway),
  'closed by us, then by them': async () => {
    const socket = await tcp(outside.ipv4, ports.endsToo);
    socket.destroy();
    await once(socket, 'close');
  },
  'closed by them, then by us': async () => {
    const socket = await tcp(outside.ipv6, ports.endsAtOnce);
    await once(socket, 'end');
    socket.destroy();
    await once(socket, 'close');
  },
  'closed by us, not by them': async () => (await tcp(outside.ipv4, ports.target)).destroy(),
  'being opened': async () => {
    keepTcp(connect({ host: nobody, port: ports.target }));
  },
};

const kinds = { ...sessions, ...others };

await work({
  begin: async (kind: string, times: number) => {
    const begin = kinds[kind];
    if (begin === undefined) throw new Error(`there is no such kind: ${kind}`);
    for (let time = 0; time < times; time += 1) await begin();
  },
  /** Closes a connection whose other end has not read all that was sent. */
  closeUnread: async () => {
    const socket = await tcp(outside.ipv4, ports.readsLate);
    await fill(socket);
    socket.destroy();
  },
  endAll: () => open.splice(0).forEach((socket) => socket.close()),
});
