import { setImmediate } from 'node:timers/promises';
import type { ResolvedSpec } from '../../src/api/resolve.ts';
import { GatewayPoolSpec } from '../../src/api/spec.ts';
import { resolveSpec } from '../../src/api/resolve.ts';
import type { Cluster } from './cluster/cluster.ts';
import { clusterOf } from './cluster/cluster.ts';
import type { Move } from './cluster/controllers.ts';
import { controllerMoves, deploymentStatusMoves } from './cluster/controllers.ts';
import { endingMoves, kubeletMoves } from './cluster/kubelet.ts';
import { sidecarMoves } from './cluster/sidecar.ts';
import type { Temper } from './faults.ts';
import { faults, nodeControllerMoves } from './faults.ts';
import { guard } from './invariants.ts';
import { watched } from './operator/caches.ts';
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

export function poolSpec(change: Partial<ResolvedSpec> = {}): ResolvedSpec {
  const config = { secretName: 'prod', as: { env: 'CONFIG' } };
  return { ...resolveSpec(GatewayPoolSpec.parse({ maxInstances: 3, image: 'gateway:0', config })), ...change };
}

export function simulationOf(random: Random, spec: ResolvedSpec, operatorCount: number): Simulation {
  const cluster = clusterOf(random, ({ nextUid, nextVersion }) => ({
    pool: { uid: nextUid('pool'), resourceVersion: nextVersion(), generation: 1, spec, status: undefined },
    gate: undefined,
    deployments: [],
    pods: [],
    endpoints: [],
  }));
  const { check } = guard(cluster);
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

/** A random life of a pool: faults and edits in between everything else. Throws a `Violation`. */
export async function liveRandomly(simulation: Simulation, temper: Temper, steps: number): Promise<void> {
  const { cluster, operators, step } = simulation;
  const { random } = cluster;
  let asleep: SimOperator | undefined;
  for (let taken = 0; taken < steps; taken += 1) {
    // Note: mostly a quick succession; now and then everything sleeps for longer than any deadline.
    cluster.milliseconds += random.chance(0.03) ? random.below(20_000) : random.below(250);
    // Note: an operator that stops in the middle of a sequence for as long as anything else takes is the hardest rival.
    if (random.chance(0.02)) asleep = random.chance(0.6) ? random.pick(operators) : undefined;
    if (random.chance(0.01)) hangWatch(random, operators);
    const awake = operators.filter((operator) => operator !== asleep);
    const busy = random.chance(0.04) ? random.pick(awake) : undefined;
    if (busy === undefined) {
      const move = random.pick(randomMoves(cluster, awake, temper));
      if (move !== undefined) await step(move);
    } else {
      await workAlone(simulation, busy);
    }
  }
}

/** One operator gets ahead while all others stand still. */
async function workAlone({ cluster, step }: Simulation, operator: SimOperator): Promise<void> {
  for (let moves = 0; moves < 20; moves += 1) {
    const move = cluster.random.pick(operator.moves());
    if (move !== undefined) await step(move);
  }
}

/** Kubernetes gets ahead while the operators stand still. */
function hurry(cluster: Cluster): void {
  for (const moves of [controllerMoves, kubeletMoves, sidecarMoves, sidecarMoves]) {
    for (const move of moves(cluster)) move();
  }
}

/** One watch of one operator brings nothing for a while: the others go on, so what it sees does not fit together. */
function hangWatch(random: Random, operators: readonly SimOperator[]): void {
  const operator = random.pick(operators);
  const collection = random.pick(watched);
  operator?.caches.thaw();
  if (collection !== undefined && random.chance(0.7)) operator?.caches.freeze(collection);
}

function randomMoves(cluster: Cluster, operators: readonly SimOperator[], temper: Temper): readonly Move[] {
  const { random } = cluster;
  const dice = random.next();
  if (dice < 0.03) return faults(cluster, temper);
  if (dice < 0.033) return operators.map((operator) => () => operator.crash());
  if (dice < 0.55) return random.pick(operators)?.moves() ?? [];
  if (dice < 0.57) return [...endingMoves(cluster), ...deploymentStatusMoves(cluster)];
  if (dice < 0.65) return sidecarMoves(cluster);
  if (dice < 0.75) return [() => hurry(cluster)];
  return [...controllerMoves(cluster), ...kubeletMoves(cluster), ...nodeControllerMoves(cluster)];
}

/** How a seed's life begins. */
export function simulationOfSeed(seed: number): Simulation {
  const random = randomOf(seed);
  const spec = poolSpec({
    maxInstances: 1 + random.below(4),
    ...(random.chance(0.5) ? { replicas: random.below(5) } : {}),
    ...(random.chance(0.3) ? { externalInstances: [{ name: 'dc2', platform: 'Windows' as const }] } : {}),
  });
  return simulationOf(random, spec, random.chance(0.6) ? 2 : 1);
}
