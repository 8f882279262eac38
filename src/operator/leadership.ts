import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { runLeaderElection } from '../kube/leader/election.ts';
import { LeaseFence } from '../kube/leader/fence.ts';
import { fencedClient } from '../kube/leader/fenced-client.ts';
import type { LeaderElectionMetrics } from '../kube/leader/metrics.ts';
import type { Settings } from './settings.ts';

export interface LeadershipOptions {
  readonly client: KubeClient;
  readonly settings: Pick<Settings, 'leaderElect' | 'leaseName' | 'namespace' | 'instance'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: LeaderElectionMetrics;
}

/** Who may write, and when. */
export interface Leadership {
  /** With an election: refuses every write while this process does not lead. */
  readonly client: KubeClient;
  /** Runs `work` when this process may lead. @throws LeaseLostError when it may not any more: the process must end then. */
  run(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Two operators share a Lease, and only its holder writes. A single one may do without. */
export function leadership({ client, settings, clock, random, logger, metrics }: LeadershipOptions): Leadership {
  if (!settings.leaderElect) return { client, run: (work, signal) => work(signal) };

  const fence = new LeaseFence(clock);
  const lease = { namespace: settings.namespace, name: settings.leaseName };
  // A restarted process is somebody else, even in the same pod.
  const identity = `${settings.instance}_${randomUUID()}`;
  return {
    client: fencedClient(client, fence),
    run: (work, signal) =>
      runLeaderElection(
        { client, lease, identity, clock, random, fence, onStartedLeading: work, logger, metrics },
        signal,
      ),
  };
}
