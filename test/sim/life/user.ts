import type { ResolvedSpec } from '../../../src/api/resolve.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findDeployment, findPod, replaceDeployment, say, terminatePod } from '../cluster/cluster.ts';
import { removePod } from '../cluster/ending.ts';

/** What people do to a pool, with kubectl. */
export function editSpec(cluster: Cluster, change: Partial<ResolvedSpec>): void {
  const pool = cluster.store.last('pool');
  const spec = { ...pool.spec, ...change };
  cluster.store.write('pool', {
    ...pool,
    spec,
    generation: pool.generation + 1,
    resourceVersion: cluster.nextVersion(),
  });
  const { maxInstances, replicas, externalInstances, paused, image, rollout } = spec;
  const asked = `maxInstances ${maxInstances}, replicas ${replicas ?? '-'}, ${externalInstances.length} external`;
  const how = `image ${image}, ${rollout.policy}${paused ? ', paused' : ''}`;
  say(cluster, `User: ${asked}, ${how} (generation ${pool.generation + 1})`);
}

export function askForRestart(cluster: Cluster): void {
  const pool = cluster.store.last('pool');
  cluster.store.write('pool', { ...pool, restart: pool.restart + 1, resourceVersion: cluster.nextVersion() });
  say(cluster, `User: kubectl annotate gatewaypool prod pam.gatewaypool.io/restart=${pool.restart + 1}`);
}

export function rotateConfig(cluster: Cluster): void {
  const { value } = cluster.store.last('secret');
  cluster.store.write('secret', { value: value + 1, valid: true, lastGood: value + 1 });
  say(cluster, `User: the Secret gets value ${value + 1}`);
}

export function breakConfig(cluster: Cluster): void {
  cluster.store.write('secret', { ...cluster.store.last('secret'), valid: false });
  say(cluster, 'User: the Secret is broken');
}

export function mendConfig(cluster: Cluster): void {
  cluster.store.write('secret', { ...cluster.store.last('secret'), valid: true });
  say(cluster, 'User: the Secret is mended');
}

export function deleteSlotByHand(cluster: Cluster, slot: string): void {
  const found = findDeployment(cluster, slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl delete deployment ${slot}`);
  cluster.store.write(
    'deployments',
    cluster.store.last('deployments').filter(({ uid }) => uid !== found.uid),
  );
}

export function scaleSlotByHand(cluster: Cluster, slot: string, replicas: number): void {
  const found = findDeployment(cluster, slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl scale deployment ${slot} --replicas ${replicas}`);
  replaceDeployment(cluster, found.uid, { replicas });
}

export function askForStop(cluster: Cluster, slot: string): void {
  const found = findDeployment(cluster, slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl annotate deployment ${slot} pam.gatewaypool.io/stop=true`);
  replaceDeployment(cluster, found.uid, { stopRequested: true });
}

export function takeBackStop(cluster: Cluster, slot: string): void {
  const found = findDeployment(cluster, slot);
  if (found?.stopRequested !== true) return;
  say(cluster, `User: kubectl annotate deployment ${slot} pam.gatewaypool.io/stop-`);
  replaceDeployment(cluster, found.uid, { stopRequested: false });
}

export function rolloutRestart(cluster: Cluster, slot: string): void {
  const found = findDeployment(cluster, slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl rollout restart deployment ${slot}`);
  const restartedAt = found.template.restartedAt + 1;
  replaceDeployment(cluster, found.uid, { template: { ...found.template, restartedAt } });
}

export function editTemplateByHand(cluster: Cluster, slot: string): void {
  const found = findDeployment(cluster, slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl set image deployment ${slot} gateway=gateway:hand`);
  replaceDeployment(cluster, found.uid, { template: { ...found.template, image: 'gateway:hand' } });
}

export function relabelSlot(cluster: Cluster, slot: string): void {
  const found = findDeployment(cluster, slot);
  if (found !== undefined) replaceDeployment(cluster, found.uid, { drift: ['label pam.gatewaypool.io/slot'] });
}

export function deleteGateByHand(cluster: Cluster): void {
  if (cluster.store.last('gate') === undefined) return;
  say(cluster, 'User: kubectl delete configmap prod-seats');
  cluster.store.write('gate', undefined);
}

/** Strikes a slot out of the gate, and makes it look newer than the pool: both would be believed if nobody noticed the hand. */
export function editGateByHand(cluster: Cluster, slot: string): void {
  const found = cluster.store.last('gate');
  if (found === undefined) return;
  say(cluster, `User: kubectl edit configmap prod-seats, without ${slot}`);
  const { gate } = found;
  const slots = gate.slots.filter((listed) => listed !== slot);
  cluster.store.write('gate', {
    ...found,
    resourceVersion: cluster.nextVersion(),
    gate: { ...gate, slots, poolGeneration: gate.poolGeneration + 100 },
    sealed: false,
  });
}

export function deleteDrainsByHand(cluster: Cluster): void {
  if (cluster.store.last('drains') === undefined) return;
  say(cluster, 'User: kubectl delete configmap prod-balancer');
  cluster.store.write('drains', undefined);
}

/** Makes the list look as if a newer pool had written it: operators that believed that would leave it alone for ever. */
export function editDrainsByHand(cluster: Cluster): void {
  const found = cluster.store.last('drains');
  if (found === undefined) return;
  say(cluster, 'User: kubectl edit configmap prod-balancer, with a poolGeneration that is 100 higher');
  const poolGeneration = found.poolGeneration + 100;
  cluster.store.write('drains', { ...found, resourceVersion: cluster.nextVersion(), poolGeneration });
}

export function deletePodByHand(cluster: Cluster, uid: string): void {
  const pod = findPod(cluster, uid);
  if (pod === undefined || pod.terminating) return;
  say(cluster, `User: kubectl delete pod ${pod.name}`);
  terminatePod(cluster, uid);
}

export function deletePodByForce(cluster: Cluster, uid: string): void {
  const pod = findPod(cluster, uid);
  if (pod === undefined) return;
  say(cluster, `User: kubectl delete pod --force ${pod.name}`);
  removePod(cluster, uid, 'ForceDelete');
}
