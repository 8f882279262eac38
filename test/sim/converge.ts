import { controllerMoves } from './cluster/controllers.ts';
import { endingMoves } from './cluster/ending.ts';
import { kubeletMoves } from './cluster/kubelet.ts';
import type { SimDeployment, SimPod } from './cluster/objects.ts';
import { closeAllSessions } from './cluster/sessions.ts';
import { seatMoves, watchMoves } from './cluster/sidecar.ts';
import { Violation } from './invariants/violation.ts';
import { assertAsWanted } from './invariants/wanted.ts';
import { uncordon } from './life/nodes.ts';
import { editSpec, mendConfig } from './life/user.ts';
import { sameStatus } from './operator/apply.ts';
import type { Simulation } from './simulation.ts';

const maxRounds = 400;
const roundMilliseconds = 2000;

/** All faults and all sessions end; then everything does what it has to do until nothing changes any more, and the pool is as it should be. */
export async function converge(simulation: Simulation): Promise<void> {
  healFaults(simulation);
  await comeToRest(simulation);
  assertAsWanted(simulation.cluster);
}

/** Everything goes on until nothing changes any more, within bounded rounds. */
export async function comeToRest(simulation: Simulation): Promise<void> {
  for (let round = 0; round < maxRounds; round += 1) {
    await playRound(simulation);
    if (unrest(simulation) === '') return;
  }
  throw new Violation(`not quiet after ${maxRounds} rounds: ${unrest(simulation)}`);
}

/** Everything goes on for some time. */
export async function goOn(simulation: Simulation, seconds: number): Promise<void> {
  for (let played = 0; played < seconds * 1000; played += roundMilliseconds) await playRound(simulation);
}

function healFaults({ cluster, operators }: Simulation): void {
  for (const { caches } of operators) caches.thaw();
  // Note: two versions that run for ever would not agree on what the status says.
  if (new Set(operators.map((operator) => operator.sidecar())).size > 1) {
    for (const operator of operators) operator.upgrade('balancer:2');
  }
  closeAllSessions(cluster);
  cluster.silence = 0;
  for (const process of cluster.processes.values()) process.silent = false;
  cluster.apiIsDown = false;
  cluster.lostNodes.clear();
  for (const node of cluster.store.last('cordoned')) uncordon(cluster, node);
  if (!cluster.store.last('secret').valid) mendConfig(cluster);
  if (cluster.store.last('pool').spec.paused) editSpec(cluster, { paused: false });
}

/** Everybody acts until they wait for somebody else or for time to pass. */
async function playRound({ cluster, operators, step }: Simulation): Promise<void> {
  cluster.milliseconds += roundMilliseconds;
  // Note: a round of the seat rule is four steps long.
  for (const moves of [controllerMoves, kubeletMoves, endingMoves, seatMoves, seatMoves, seatMoves, seatMoves]) {
    for (const move of moves(cluster)) await step(move);
  }
  for (let [news] = watchMoves(cluster); news !== undefined; [news] = watchMoves(cluster)) await step(news);
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
  if (watchMoves(cluster).length > 0) return 'sidecars are behind';
  if (pods.some((pod) => pod.terminating)) return 'pods are ending';
  if (cluster.store.last('deployments').some((deployment) => becomesAvailable(deployment, pods)))
    return 'a pod is ready, and not for long enough yet';
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

function becomesAvailable({ uid, reported }: SimDeployment, pods: readonly SimPod[]): boolean {
  return !reported.available && pods.some((pod) => pod.deploymentUid === uid && pod.report.ready);
}
