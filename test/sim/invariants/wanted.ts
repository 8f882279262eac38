import { seatsForSlots, wantedLimits } from '../../../src/operator/plan/cap.ts';
import { desiredInstances } from '../../../src/operator/plan/replicas.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { SimDeployment } from '../cluster/objects.ts';
import { behaviourOf, isEdited, keyOf, revisionNamed } from '../cluster/template.ts';
import { running } from './cap.ts';
import { Violation } from './violation.ts';

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Violation(`when all was quiet: ${what}`);
}

/** What a quiet pool in which nobody works must look like (guarantees G1, G2, G4, G5, G8; conditions true to the state). */
export function assertAsWanted(cluster: Cluster): void {
  assertSeats(cluster);
  assertRevision(cluster);
  const drains = cluster.store.last('drains');
  expect((drains?.draining.length ?? 0) === 0, 'a drain is left that nobody wants');
  const { generation } = cluster.store.last('pool');
  expect((drains?.poolGeneration ?? 0) <= generation, `the drains are for generation ${drains?.poolGeneration}`);
}

function assertSeats(cluster: Cluster): void {
  const { spec, status, generation } = cluster.store.last('pool');
  const gate = cluster.store.last('gate')?.gate;
  const deployments = slotNames(cluster);
  const runs = running(cluster).length;
  const limits = wantedLimits(spec);
  const wanted = Math.min(desiredInstances(spec).instances, seatsForSlots(limits));
  const isOver = deployments.length + limits.externalInstances > limits.maxInstances;

  expect(status?.maxInstances === limits.maxInstances, `status.maxInstances is ${status?.maxInstances}`);
  expect(status?.externalInstances === limits.externalInstances, `status says ${status?.externalInstances} external`);
  expect(status?.observedGeneration === generation, `observed ${status?.observedGeneration} of ${generation}`);
  expect(gate?.poolGeneration === generation, `the gate is for generation ${gate?.poolGeneration} of ${generation}`);
  expect(gate?.mode === (isOver ? 'Hold' : 'SelfHeal'), `the gate is in ${gate?.mode}`);
  // Note: a slot that somebody stopped keeps its seat until it may start again.
  const seats = gate?.slots.filter((slot) => deployments.includes(slot) || !isStopped(cluster));
  expect(seats?.join() === deployments.join(), `seats ${gate?.slots.join()}, Deployments ${deployments.join()}`);
  expect(runs === deployments.length, `${runs} gateways run in ${deployments.length} slots`);
  if (!isStopped(cluster)) expect(runs >= wanted, `${runs} gateways run, ${wanted} are wanted`);
  // Note: above the cap they go on, and above `replicas` they do not.
  expect(spec.replicas === undefined || runs <= spec.replicas, `${runs} gateways run, replicas is ${spec.replicas}`);
  const condition = conditionOf(cluster, 'CapExceeded');
  expect(condition === (isOver ? 'True' : 'False'), `CapExceeded is ${condition}`);
}

function slotNames({ store }: Cluster): string[] {
  return store
    .last('deployments')
    .map(({ slot }) => slot)
    .sort();
}

/** Every slot runs what the user asked for, or says honestly why not: it failed, the cap is exceeded, or only people replace instances. */
function assertRevision(cluster: Cluster): void {
  const { spec, restart } = cluster.store.last('pool');
  const { value } = cluster.store.last('secret');
  const wanted = revisionNamed(spec.image, value, restart);
  const deployments = cluster.store.last('deployments');
  const outdated = deployments.filter(({ template }) => template.revision !== wanted || isEdited(template));
  const down = deployments.filter((deployment) => !isAvailable(deployment));
  // Note: a good one may have failed too, where nobody started its pod for as long as the user allows. That was judged when it was rolled back.
  const isGood = behaviourOf({ image: spec.image, config: value }) === 'Serves' && !isFailed(cluster);
  const limits = wantedLimits(spec);
  const isOver = deployments.length + limits.externalInstances > limits.maxInstances;
  const rolls = spec.rollout.policy !== 'OnDelete' && !isOver;

  expect(!isGood || !rolls || outdated.length === 0, `${names(outdated)} do not run ${wanted}`);
  expect(
    down.every(({ template }) => behaviourOf(template) !== 'Serves'),
    `${names(down)} are not available`,
  );
  const isReady = down.length === 0;
  const [ready, reconciling] = [conditionOf(cluster, 'Ready'), conditionOf(cluster, 'Reconciling')];
  const stalled = conditionOf(cluster, 'Stalled');
  expect(reconciling === 'False', tell(cluster, 'Reconciling'));
  if (isGood) expect(stalled === 'False', tell(cluster, 'Stalled'));
  if (isReady && stalled === 'False') expect(ready === 'True', tell(cluster, 'Ready'));
}

/** A rollout that stopped because its revision failed: it starts nothing either. */
function isStopped(cluster: Cluster): boolean {
  return isFailed(cluster) || conditionOf(cluster, 'Stalled') === 'True';
}

function isFailed(cluster: Cluster): boolean {
  const { spec, restart } = cluster.store.last('pool');
  const wanted = revisionNamed(spec.image, cluster.store.last('secret').value, restart);
  return cluster.store.last('deployments').some(({ failedRevision }) => failedRevision === wanted);
}

function isAvailable({ reported, template }: SimDeployment): boolean {
  return reported.available && reported.template === keyOf(template);
}

function names(deployments: readonly SimDeployment[]): string {
  return deployments.map(({ slot }) => slot).join(', ');
}

function conditionOf({ store }: Cluster, type: string): string | undefined {
  return store.last('pool').status?.conditions?.find((found) => found.type === type)?.status;
}

function tell({ store }: Cluster, type: string): string {
  const found = store.last('pool').status?.conditions?.find((condition) => condition.type === type);
  return `${type} is ${found?.status}: ${found?.message}`;
}
