import { join } from 'node:path';
import type { z } from 'zod';
import type { Backend } from '../../../src/balancer/backend.ts';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import type { DataPlane } from '../../../src/balancer/data-plane.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import type { FromThread, ToThread } from '../../../src/balancer/threads/protocol.ts';
import { type StartThread, type Thread, workerThreads } from '../../../src/balancer/threads/start-thread.ts';
import { createThreadedDataPlane } from '../../../src/balancer/threads/threaded-data-plane.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { until } from '../../cluster/until.ts';
import { type LogLine, memoryLogger } from '../../kube/memory-logger.ts';
import { freePort } from '../rig.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'src', 'balancer', 'main.ts');

export interface ThreadedRig {
  readonly plane: DataPlane;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly lines: readonly LogLine[];
  /** The threads as they run now. */
  readonly threads: readonly Thread[];
  /** What threads said. */
  readonly said: readonly { readonly thread: number; readonly message: FromThread }[];
  /** While it gives true, a message does not reach its thread. */
  withhold: (thread: number, message: ToThread) => boolean;
  configure(settings: Settings): Promise<void>;
  /** What threads were told. */
  readonly told: readonly { readonly thread: number; readonly message: ToThread }[];
  /** The metrics with an answer of every thread, however long that takes on a busy machine. */
  scrape(): Promise<string>;
  /** A line of them, by what it begins with. */
  metric(start: string): Promise<number | undefined>;
  close(): Promise<void>;
}

type Settings = Omit<z.input<typeof BalancerConfig>, 'listeners'>;

/** A data plane on real threads, with one HTTP and one TCP listener; the rotation begins at the first backend. */
export async function startThreadedRig(
  threads: number,
  backends: readonly Backend[],
  settings: Settings = {},
): Promise<ThreadedRig> {
  const { logger, lines } = memoryLogger();
  const running: Thread[] = [];
  const said: { thread: number; message: FromThread }[] = [];
  const told: { thread: number; message: ToThread }[] = [];
  const start: StartThread = (data, events) => {
    const thread = workerThreads(program)(data, {
      ...events,
      onMessage(message) {
        said.push({ thread: data.thread, message });
        events.onMessage(message);
      },
    });
    running[data.thread] = thread;
    return {
      ...thread,
      post: (message) => {
        told.push({ thread: data.thread, message });
        if (!rig.withhold(data.thread, message)) thread.post(message);
      },
    };
  };
  const plane = createThreadedDataPlane({
    threads,
    start,
    clock: systemClock,
    random: () => 0,
    logger,
    metrics: createMetrics(),
  });
  const [httpPort, tcpPort] = [await freePort(), await freePort()];
  const listeners = [
    { name: 'http', protocol: 'HTTP', address: '127.0.0.1', port: httpPort },
    { name: 'tcp', protocol: 'TCP', address: '127.0.0.1', port: tcpPort },
  ] as const;
  const rig: ThreadedRig = {
    plane,
    httpPort,
    tcpPort,
    lines,
    threads: running,
    said,
    told,
    withhold: () => false,
    configure: (next) =>
      plane.setConfig(
        BalancerConfig.parse({ healthCheck: { mode: 'Passive' }, slowStartSeconds: 0, ...next, listeners, threads }),
      ),
    scrape: () =>
      until('an answer of every thread', 20_000, async () => {
        const text = await plane.scrape();
        return text.includes('gatewaypool_balancer_threads_silent 0\n') && text;
      }),
    async metric(begin) {
      const text = await rig.scrape();
      const line = text.split('\n').find((one) => one.startsWith(begin));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    },
    close: () => plane.close(AbortSignal.abort()),
  };
  plane.setBackends(backends);
  await rig.configure(settings);
  return rig;
}
