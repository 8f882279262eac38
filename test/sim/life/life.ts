import type { Cluster } from '../cluster/cluster.ts';
import { clientMoves } from '../cluster/clients.ts';
import { controllerMoves, deploymentStatusMoves } from '../cluster/controllers.ts';
import { endingMoves } from '../cluster/ending.ts';
import { kubeletMoves } from '../cluster/kubelet.ts';
import type { Move } from '../cluster/move.ts';
import { sidecarMoves } from '../cluster/sidecar.ts';
import { watched } from '../operator/caches.ts';
import type { SimOperator } from '../operator/operator.ts';
import type { Random } from '../random.ts';
import type { Simulation } from '../simulation.ts';
import type { Temper } from './faults.ts';
import { faults, wantThemBack } from './faults.ts';
import { nodeControllerMoves } from './nodes.ts';

/** A random life of a pool: faults, edits and sessions in between everything else. Throws a `Violation`. */
export async function liveRandomly(simulation: Simulation, temper: Temper, steps: number): Promise<void> {
  const { cluster, operators, step } = simulation;
  const { random } = cluster;
  cluster.silence = random.chance(0.5) ? 0.04 : 0;
  let asleep: SimOperator | undefined;
  for (let taken = 0; taken < steps; taken += 1) {
    // Note: mostly a quick succession; now and then everything sleeps for longer than any deadline.
    cluster.milliseconds += random.chance(0.03) ? random.below(20_000) : random.below(250);
    asleep = nextAsleep(random, operators, asleep);
    if (random.chance(0.01)) hangWatch(random, operators);
    if (temper === 'Drains' && asleep?.isAboutToStop() === true && random.chance(0.04)) wantThemBack(cluster);
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

/**
 * An operator that stops in the middle of a sequence for as long as anything else takes is the hardest rival; most of all when it has
 * looked for the last time, and its next request ends an instance.
 */
function nextAsleep(
  random: Random,
  operators: readonly SimOperator[],
  asleep: SimOperator | undefined,
): SimOperator | undefined {
  if (random.chance(asleep?.isAboutToStop() === true ? 0.01 : 0.02)) {
    return random.chance(0.6) ? random.pick(operators) : undefined;
  }
  return asleep ?? operators.find((operator) => operator.isAboutToStop() && random.chance(0.2));
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
  if (dice < (temper === 'Drains' ? 0.05 : 0.03)) return faults(cluster, temper);
  if (dice < 0.053) return operators.flatMap(endings);
  if (dice < 0.45) return random.pick(operators)?.moves() ?? [];
  if (dice < 0.47) return deploymentStatusMoves(cluster);
  if (dice < 0.5) return endingMoves(cluster);
  if (dice < 0.6) return clientMoves(cluster);
  if (dice < 0.68) return sidecarMoves(cluster);
  if (dice < 0.79) return [() => hurry(cluster)];
  return [...controllerMoves(cluster), ...kubeletMoves(cluster), ...nodeControllerMoves(cluster)];
}

/** How an operator's process may end: by chance, or because another version takes over. */
function endings(operator: SimOperator): Move[] {
  const crash = (): void => operator.crash();
  return [crash, crash, () => operator.upgrade('balancer:2')];
}
