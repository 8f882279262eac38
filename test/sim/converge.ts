import { wantedLimits, seatsForSlots } from '../../src/operator/plan/cap.ts';
import { desiredInstances } from '../../src/operator/plan/replicas.ts';
import { controllerMoves } from './cluster/controllers.ts';
import { endingMoves, kubeletMoves } from './cluster/kubelet.ts';
import { sidecarMoves } from './cluster/sidecar.ts';
import { editSpec } from './faults.ts';
import { running, Violation } from './invariants.ts';
import { sameStatus } from './operator/operator.ts';
import type { Simulation } from './simulation.ts';

const maxRounds = 400;

/** All faults end; then everything does what it has to do until nothing changes any more, and the pool is as it should be. */
export async function converge(simulation: Simulation): Promise<void> {
  healFaults(simulation);
  await comeToRest(simulation);
  assertAsWanted(simulation);
}

/** Everything goes on until nothing changes any more, within bounded rounds. */
export async function comeToRest(simulation: Simulation): Promise<void> {
  for (let round = 0; round < maxRounds; round += 1) {
    await playRound(simulation);
    if (unrest(simulation) === '') return;
  }
  throw new Violation(`not quiet after ${maxRounds} rounds: ${unrest(simulation)}`);
}

function healFaults({ cluster, operators }: Simulation): void {
  for (const { caches } of operators) caches.thaw();
  cluster.apiIsDown = false;
  cluster.configIsValid = true;
  cluster.lostNodes.clear();
  if (cluster.store.last('pool').spec.paused) editSpec(cluster, { paused: false });
}

/** Everybody acts until they wait for somebody else or for time to pass. */
async function playRound({ cluster, operators, step }: Simulation): Promise<void> {
  cluster.milliseconds += 2000;
  for (const moves of [controllerMoves, kubeletMoves, endingMoves, sidecarMoves]) {
    for (const move of moves(cluster)) await step(move);
  }
  for (const operator of operators) {
    for (let calls = 0; calls < 60; calls += 1) {
      const [move] = operator.moves();
      if (move === undefined) break;
      await step(move);
      if (!operator.isBusy() && operator.caches.behind().length === 0) break;
    }
  }
}

/** Who still has something to do; empty when nobody has. */
function unrest({ cluster, operators }: Simulation): string {
  const pods = cluster.store.last('pods');
  if (controllerMoves(cluster).length > 0) return 'controllers have work';
  if (kubeletMoves(cluster).length > 0) return 'kubelets have work';
  if (pods.some((pod) => pod.terminating)) return 'pods are ending';
  if ([...cluster.processes.values()].some(({ marker }) => !marker)) return 'a pod waits for its seat';
  for (const operator of operators) {
    if (operator.isBusy()) return `operator ${operator.name} is busy`;
    if (operator.caches.behind().length > 0) return `operator ${operator.name} is behind`;
    const { actions, publish, requeueAfterMilliseconds, status } = operator.planNow();
    const [work] = actions.filter(({ action }) => action !== 'EnsureChildren');
    if (work !== undefined) return `operator ${operator.name} plans ${JSON.stringify(work)}`;
    if (publish !== undefined || requeueAfterMilliseconds !== undefined)
      return `operator ${operator.name} waits to look again`;
    if (!sameStatus(status, cluster.store.last('pool').status)) return 'the status is not written';
  }
  return '';
}

/** What a quiet pool must look like (guarantees G1, G2, G8; conditions true to the state). */
function assertAsWanted({ cluster }: Simulation): void {
  const { spec, status, generation } = cluster.store.last('pool');
  const gate = cluster.store.last('gate')?.gate;
  const deployments = cluster.store
    .last('deployments')
    .map(({ slot }) => slot)
    .sort();
  const runs = running(cluster);
  const limits = wantedLimits(spec);
  const desired = desiredInstances(spec).instances;
  const isOver = deployments.length + limits.externalInstances > limits.maxInstances;
  const condition = (type: string): string | undefined =>
    status?.conditions?.find((found) => found.type === type)?.status;

  const expect = (holds: boolean, what: string): void => {
    if (!holds) throw new Violation(`when all was quiet: ${what}`);
  };
  expect(status?.maxInstances === limits.maxInstances, `status.maxInstances is ${status?.maxInstances}`);
  expect(
    status?.externalInstances === limits.externalInstances,
    `status.externalInstances is ${status?.externalInstances}`,
  );
  expect(
    status?.observedGeneration === generation,
    `observedGeneration is ${status?.observedGeneration} of ${generation}`,
  );
  expect(gate?.poolGeneration === generation, `the gate is for generation ${gate?.poolGeneration} of ${generation}`);
  expect(gate?.mode === (isOver ? 'Hold' : 'SelfHeal'), `the gate is in ${gate?.mode}`);
  expect(gate?.slots.join() === deployments.join(), `seats ${gate?.slots.join()}, Deployments ${deployments.join()}`);
  expect(runs.length === deployments.length, `${runs.length} gateways run in ${deployments.length} slots`);
  expect(
    runs.length >= Math.min(desired, seatsForSlots(limits)),
    `${runs.length} gateways run, ${desired} are desired`,
  );
  expect(condition('CapExceeded') === (isOver ? 'True' : 'False'), `CapExceeded is ${condition('CapExceeded')}`);
  expect(condition('Ready') === 'True', `Ready is ${condition('Ready')}`);
  expect(condition('Reconciling') === 'False', `Reconciling is ${condition('Reconciling')}`);
  expect(condition('Stalled') === 'False', `Stalled is ${condition('Stalled')}`);
}
