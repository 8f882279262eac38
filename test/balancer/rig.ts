import type { z } from 'zod';
import type { Backend } from '../../src/balancer/backend.ts';
import { BalancerConfig } from '../../src/balancer/config/schema.ts';
import { createDataPlane } from '../../src/balancer/create-data-plane.ts';
import type { DataPlane } from '../../src/balancer/data-plane.ts';
import { createMetrics } from '../../src/balancer/metrics/text-metrics.ts';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import { freePorts } from '../cluster/processes/ports.ts';
import { type LogLine, memoryLogger } from '../kube/memory-logger.ts';

/** A port of 127.0.0.1 that was free a moment ago. Never one that a client's socket could be given meanwhile. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('there is no free port');
  return port;
}

/** A ready backend on this machine. */
export function backendAt(name: string, port: number, changes: Partial<Backend> = {}): Backend {
  return { name, address: '127.0.0.1', port, ready: true, serving: true, draining: false, ...changes };
}

export interface Rig {
  readonly dataPlane: DataPlane;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly lines: readonly LogLine[];
  /** What was written to the access log so far. */
  accessLog(): readonly Record<string, unknown>[];
  /** A line of the metrics, by what it begins with. */
  metric(start: string): number | undefined;
  /** All of them. */
  metrics(): string;
  /** Puts other settings in force. */
  configure(settings: Settings): Promise<void>;
  close(): Promise<void>;
}

type ListenerSettings = z.input<typeof BalancerConfig>['listeners'] extends (infer L)[] | undefined
  ? Partial<L>
  : never;

/** `listener`: for both listeners. */
type Settings = Omit<z.input<typeof BalancerConfig>, 'listeners'> & { readonly listener?: ListenerSettings };

/** A data plane with one HTTP and one TCP listener, and the rotation beginning at the first backend. */
export async function startRig(
  backends: readonly Backend[],
  settings: Settings = {},
  ownName?: string,
  clock: Clock = systemClock,
): Promise<Rig> {
  const { logger, lines } = memoryLogger();
  const metrics = createMetrics();
  let written = '';
  const tryWrite = (text: string): number => {
    written += text;
    return text.length;
  };
  const dataPlane = createDataPlane({ clock, random: () => 0, logger, metrics, ownName, tryWrite });
  const httpPort = await freePort();
  const tcpPort = await freePort();
  const listeners = [
    { name: 'http', protocol: 'HTTP', address: '127.0.0.1', port: httpPort },
    { name: 'tcp', protocol: 'TCP', address: '127.0.0.1', port: tcpPort },
  ] as const;
  const configure = ({ listener, ...next }: Settings) => {
    const all = listeners.map((one) => ({ ...one, ...listener }));
    return dataPlane.setConfig(BalancerConfig.parse({ healthCheck: { mode: 'Passive' }, ...next, listeners: all }));
  };
  await configure(settings);
  dataPlane.setBackends(backends);
  return {
    dataPlane,
    httpPort,
    tcpPort,
    lines,
    configure,
    metrics: () => metrics.text(),
    accessLog: () =>
      written
        .split('\n')
        .slice(0, -1)
        .map((line): Record<string, unknown> => JSON.parse(line)),
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
