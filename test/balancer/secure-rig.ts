import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, createServer, type TlsOptions, TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Backend } from '../../src/balancer/backend.ts';
import { BalancerConfig, type Listener } from '../../src/balancer/config/schema.ts';
import { createDataPlane } from '../../src/balancer/create-data-plane.ts';
import type { DataPlane } from '../../src/balancer/data-plane.ts';
import { createMetrics } from '../../src/balancer/metrics/text-metrics.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { type CertificateAuthority, createAuthority } from '../cluster/certificates/authority.ts';
import { type LogLine, memoryLogger } from '../kube/memory-logger.ts';
import { RawSocket } from './raw-socket.ts';
import { freePort } from './rig.ts';

/** An authority of its own, in a folder that `remove` removes. */
export async function temporaryAuthority(): Promise<CertificateAuthority & { remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-tls-'));
  const authority = await createAuthority(directory);
  return { ...authority, remove: async () => rm(directory, { recursive: true, force: true }) };
}

export const onLoopback = ['DNS:localhost', 'IP:127.0.0.1'];

export interface SecureRig {
  readonly dataPlane: DataPlane;
  readonly port: number;
  readonly lines: readonly LogLine[];
  /** A line of the metrics, by what it begins with. */
  metric(start: string): number | undefined;
  configure(listener: ListenerSettings): Promise<void>;
  close(): Promise<void>;
}

type ListenerSettings = Partial<z.input<typeof Listener>>;
type Settings = Omit<z.input<typeof BalancerConfig>, 'listeners'>;

/** A data plane with one listener. */
export async function startSecureRig(
  listener: ListenerSettings,
  backends: readonly Backend[],
  settings: Settings = {},
): Promise<SecureRig> {
  const { logger, lines } = memoryLogger();
  const metrics = createMetrics();
  const dataPlane = createDataPlane({ clock: systemClock, random: () => 0, logger, metrics });
  const port = await freePort();
  const configure = async (next: ListenerSettings): Promise<void> => {
    const listeners = [{ name: 'in', protocol: 'HTTP' as const, address: '127.0.0.1', port, ...next }];
    await dataPlane.setConfig(BalancerConfig.parse({ healthCheck: { mode: 'Passive' }, ...settings, listeners }));
  };
  await configure(listener);
  dataPlane.setBackends(backends);
  return {
    dataPlane,
    port,
    lines,
    configure,
    metric(start) {
      const line = metrics
        .text()
        .split('\n')
        .find((text) => text.startsWith(start));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    },
    close: () => dataPlane.close(AbortSignal.abort()),
  };
}

/** A client of 127.0.0.1 that speaks TLS, before its handshake is over. */
export function secureClient(port: number, options: ConnectionOptions = {}): RawSocket {
  // Half-open connections are an option that the types of Node do not know here.
  const all = { port, host: '127.0.0.1', servername: 'localhost', allowHalfOpen: true, ...options };
  return new RawSocket(connect(all));
}

/** Resolves when the handshake is over. */
export async function secured(client: RawSocket): Promise<TLSSocket> {
  await once(client.socket, 'secureConnect');
  if (!(client.socket instanceof TLSSocket)) throw new Error('the client does not speak TLS');
  return client.socket;
}

export interface SecureServer {
  readonly port: number;
  readonly connections: readonly TLSSocket[];
  close(): Promise<void>;
}

/** A backend that speaks TLS. */
export async function secureServer(
  options: TlsOptions,
  onConnection: (socket: RawSocket, secure: TLSSocket) => void,
): Promise<SecureServer> {
  const connections: TLSSocket[] = [];
  const server = createServer({ allowHalfOpen: true, ...options }, (socket) => {
    connections.push(socket);
    onConnection(new RawSocket(socket), socket);
  }).listen(0, '127.0.0.1');
  // Also those whose handshake fails.
  const all = new Set<Socket>();
  server.on('connection', (socket: Socket) => all.add(socket));
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    port: address.port,
    connections,
    async close() {
      for (const socket of [...connections, ...all]) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
