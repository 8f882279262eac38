import { setImmediate } from 'node:timers/promises';
import type { ResolvedSpec } from '../../src/api/resolve.ts';
import { resolveSpec } from '../../src/api/resolve.ts';
import { GatewayPoolSpec } from '../../src/api/spec.ts';
import type { Cluster } from './cluster/cluster.ts';
import { clusterOf } from './cluster/cluster.ts';
import type { Move } from './cluster/move.ts';
import { guard } from './invariants/guard.ts';
import type { Tally } from './invariants/tally.ts';
import { tallyOf } from './invariants/tally.ts';
import type { SimOperator } from './operator/operator.ts';
import { operatorOf } from './operator/operator.ts';
import type { Random } from './random.ts';
import { randomOf } from './random.ts';

export interface Simulation {
  readonly cluster: Cluster;
  readonly operators: readonly SimOperator[];
  /** One step: something happens, then every guarantee is checked. */
  readonly step: (move: Move) => Promise<void>;
}

const listeners = [{ name: 'ssh', protocol: 'TCP', port: 22, targetPort: 2222 }];

/** A pool that people dial in to; with `listeners: []` it dials out. */
export function poolSpec(change: Partial<ResolvedSpec> = {}): ResolvedSpec {
  const config = { secretName: 'prod', as: { env: 'CONFIG' } };
  const drain = { deadlineSeconds: 60 };
  return {
    ...resolveSpec(GatewayPoolSpec.parse({ maxInstances: 3, image: 'gateway:0', config, listeners, drain })),
    ...change,
  };
}

export function simulationOf(
  random: Random,
  spec: ResolvedSpec,
  operatorCount: number,
  tally: Tally = tallyOf(),
): Simulation {
  const cluster = clusterOf(random, ({ nextUid, nextVersion }) => ({
    pool: { uid: nextUid('pool'), resourceVersion: nextVersion(), generation: 1, spec, restart: 0, status: undefined },
    secret: { value: 1, valid: true, lastGood: 1 },
    gate: undefined,
    drains: undefined,
    deployments: [],
    pods: [],
    endpoints: [],
    cordoned: [],
  }));
  const { check } = guard(cluster, tally);
  const operators = ['A', 'B'].slice(0, operatorCount).map((name) => {
    const clock = { skewMilliseconds: (random.next() - 0.5) * 7_200_000, rate: 0.95 + random.next() * 0.1 };
    return operatorOf(cluster, name, clock);
  });
  return {
    cluster,
    operators,
    step: async (move) => {
      move();
      if (operators.filter((operator) => operator.wasWoken()).length > 0) await settlePromises();
      check();
    },
  };
}

/** Lets everything run that waits for a promise which was just resolved. */
async function settlePromises(): Promise<void> {
  await setImmediate();
}

/** How a seed's life begins. */
export function simulationOfSeed(seed: number, tally: Tally = tallyOf()): Simulation {
  const random = randomOf(seed);
  const policy = random.pick(['OnIdle', 'OnIdle', 'Rolling', 'OnDelete'] as const) ?? 'OnIdle';
  const spec = poolSpec({
    maxInstances: 1 + random.below(4),
    ...(random.chance(0.5) ? { replicas: random.below(5) } : {}),
    ...(random.chance(0.3) ? { externalInstances: [{ name: 'dc2', platform: 'Windows' as const }] } : {}),
    ...(random.chance(0.3) ? { listeners: [] } : {}),
    rollout: { policy, minReadySeconds: random.below(6), progressDeadlineSeconds: 15 + random.below(45) },
    drain: { deadlineSeconds: random.below(40), hook: 'Sidecar' },
  });
  return simulationOf(random, spec, random.chance(0.6) ? 2 : 1, tally);
}
