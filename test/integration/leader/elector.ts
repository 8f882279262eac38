import type { Clock } from '../../../src/kube/clock.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { runLeaderElection } from '../../../src/kube/leader/election.ts';
import { LeaseFence } from '../../../src/kube/leader/fence.ts';
import { type LogLine, memoryLogger } from '../../kube/memory-logger.ts';

/** Short, so that a test takes seconds; in the same proportions as the real ones. */
export const shortDurations = { leaseMilliseconds: 3000, renewDeadlineMilliseconds: 2000, retryMilliseconds: 250 };

/** One candidate that runs in the test's process. */
export interface Elector {
  readonly fence: LeaseFence;
  readonly lines: LogLine[];
  /** True from `onStartedLeading` until its work has ended. */
  leading: boolean;
  /** Tells it to end, as SIGTERM does. */
  stop(): void;
  /** Lets the leader's work end, when `holdWork` was asked for. */
  finishWork(): void;
  /** Settles with what `runLeaderElection` did: undefined or its error. */
  readonly ended: Promise<unknown>;
}

export function startElector(
  client: KubeClient,
  options: {
    name: string;
    identity: string;
    wallClockOffsetMilliseconds?: number;
    holdWork?: boolean;
    failWork?: Error;
  },
): Elector {
  const offset = options.wallClockOffsetMilliseconds ?? 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + offset) };
  const fence = new LeaseFence(clock, shortDurations);
  const { logger, lines } = memoryLogger();
  const stopping = new AbortController();
  const work = Promise.withResolvers<void>();
  const running = runLeaderElection(
    {
      client,
      lease: { namespace: 'default', name: options.name },
      identity: options.identity,
      clock,
      random: Math.random,
      fence,
      logger,
      onStartedLeading: async (signal) => {
        elector.leading = true;
        if (options.failWork !== undefined) throw options.failWork;
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener('abort', () => resolve());
        });
        if (options.holdWork === true) await work.promise;
        elector.leading = false;
      },
    },
    stopping.signal,
  );
  const elector: Elector = {
    fence,
    lines,
    leading: false,
    stop: () => stopping.abort(),
    finishWork: () => work.resolve(),
    ended: running.then(
      () => undefined,
      (error: unknown) => error,
    ),
  };
  return elector;
}
