import type { Observation } from '../../../src/operator/plan/observation.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findDeployment } from '../cluster/cluster.ts';
import type { SimDeployment, SimPod } from '../cluster/objects.ts';
import type { SimTemplate } from '../cluster/template.ts';
import { keyOf } from '../cluster/template.ts';
import type { Intent } from '../operator/intent.ts';
import type { Occurrence } from './occurrence.ts';
import { Violation } from './violation.ts';

type Roll = Extract<Occurrence, { kind: 'SlotRolled' }>;

/** What one operator did to a slot and what has not come to an end. */
interface UnderWay {
  readonly slot: string;
  readonly uid: string;
  /** Identity of the template that it got. */
  readonly template: string;
  readonly revision: string;
}

/** The clocks of operators run at most this much faster than the time. */
const fastestClock = 1.06;

/** Guarantee G5: one slot at a time by one operator; a revision that failed goes nowhere else; and it is called so only when it did. */
export function guardRollouts(cluster: Cluster): { assertOneAtATime: (roll: Roll) => void; check: () => void } {
  const underWay = new Map<string, UnderWay>();
  let checked: readonly SimDeployment[] | undefined;

  return {
    assertOneAtATime: (roll) => {
      const { deployment, template, intent } = roll;
      const { action, operator } = intent;
      if (action.action !== 'RollSlot') return;
      if (action.to.kind === 'LastGood') assertFailed(cluster, roll);
      else {
        assertNoOther(roll, underWay.get(operator));
        assertNotFailedElsewhere(deployment.slot, template, intent);
      }
      const { revision } = template;
      underWay.set(operator, { slot: deployment.slot, uid: deployment.uid, template: keyOf(template), revision });
    },
    check: () => {
      const deployments = cluster.store.last('deployments');
      if (deployments === checked) return;
      checked = deployments;
      for (const [operator, { slot, uid, template }] of underWay) {
        const found = findDeployment(cluster, slot);
        const goesOn =
          found?.uid === uid && keyOf(found.template) === template && found.replicas > 0 && !isAvailable(found);
        if (!goesOn) underWay.delete(operator);
      }
    },
  };
}

function isAvailable({ reported, template }: SimDeployment): boolean {
  return reported.available && reported.template === keyOf(template);
}

/** Note: when the user wants yet another revision, one that serves nobody may get it while the last one is not available yet either. */
function assertNoOther({ deployment, template, intent }: Roll, other: UnderWay | undefined): void {
  if (other === undefined || other.slot === deployment.slot || isLeaving(intent.observation, other.slot)) return;
  const isSuperseded = other.revision !== template.revision;
  const serves = intent.look.pods.some(
    ({ deploymentUid, report, terminating }) => deploymentUid === deployment.uid && report.ready && !terminating,
  );
  if (isSuperseded && !serves) return;
  throw new Violation(
    `G5: operator ${intent.operator} rolled ${deployment.slot} while ${other.slot}, which it rolled before, is not available yet`,
  );
}

/** Not one of those that the pool is to have. */
function isLeaving({ drains, slots }: Observation, name: string): boolean {
  const order = drains?.draining.find(({ slot }) => slot === name);
  const isAskedFor = slots.find((slot) => slot.name === name)?.deployment?.stopRequested === true;
  return isAskedFor || order?.cause === 'NotWanted' || order?.cause === 'StopRequested';
}

/** A revision that failed is neither started nor rolled out while a slot says so, and has not proved the opposite since. */
export function assertNotFailedElsewhere(
  slot: string,
  { revision }: SimTemplate,
  { observation, operator }: Intent,
): void {
  const failed = observation.slots.find(({ name, deployment }) => {
    const hasHealed = deployment?.revision === revision && deployment.available;
    return name !== slot && deployment?.failedRevision === revision && !hasHealed;
  });
  if (failed === undefined) return;
  throw new Violation(`G5: operator ${operator} gave ${slot} ${revision}, which failed in ${failed.name}`);
}

/** Note: by the time as it is. An operator whose clock is off by an hour must not call a revision failed for that. */
function assertFailed(cluster: Cluster, { deployment, intent }: Roll): void {
  const { look, observation, operator } = intent;
  const { milliseconds } = cluster;
  const hasFailed = look.pods.some((pod) => {
    const since = Math.max(progressSince(pod, milliseconds), drainedUntil(cluster, pod.uid));
    return pod.slot === deployment.slot && fails(pod, observation, milliseconds - since);
  });
  if (isAvailable(deployment)) throw new Violation(`G5: ${deployment.slot} was available, and went back all the same`);
  if (hasFailed) return;
  throw new Violation(
    `G5: operator ${operator} called ${deployment.template.revision} failed in ${deployment.slot} before it was`,
  );
}

/** Whether the gateway of the pod does not come up, by the user's own measure. */
function fails({ terminating, template, report }: SimPod, { pool }: Observation, waitedMilliseconds: number): boolean {
  if (terminating || template.revision !== pool.revision) return false;
  const deadlineMilliseconds = pool.spec.rollout.progressDeadlineSeconds * 1000;
  return report.restarts >= 3 || waitedMilliseconds * fastestClock >= deadlineMilliseconds;
}

/** Since when the pod could have become ready: not while it waited for its seat. */
function progressSince({ createdMilliseconds, report }: SimPod, milliseconds: number): number {
  return report.startedMilliseconds ?? (report.sidecarRan ? milliseconds : createdMilliseconds);
}

/** When its last drain was taken back: an order to drain takes the readiness of the best gateway away. */
function drainedUntil({ store }: Cluster, podUid: string): number {
  const { drains } = store.histories;
  const last = drains.findLastIndex(({ value }) => value?.draining.some((drain) => drain.podUid === podUid) === true);
  return last === -1 ? 0 : (drains[last + 1]?.atMilliseconds ?? 0);
}
