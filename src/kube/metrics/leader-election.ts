import { Gauge, type Registry } from 'prom-client';
import type { LeaderElectionMetrics } from '../leader/metrics.ts';

/** `leader_election_master_status`. @param name of the Lease */
export function leaderElectionMetrics(registry: Registry, name: string): LeaderElectionMetrics {
  const status = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process leads, 0 while it waits',
    labelNames: ['name'] as const,
    registers: [registry],
  });
  status.set({ name }, 0);
  return { leading: (isLeading) => status.set({ name }, isLeading ? 1 : 0) };
}
