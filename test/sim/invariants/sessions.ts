import type { OrderedDrain } from '../../../src/operator/plan/observation.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findPod } from '../cluster/cluster.ts';
import type { SimPod } from '../cluster/objects.ts';
import type { Process } from '../cluster/process.ts';
import type { Session } from '../cluster/sessions.ts';
import { sessionsOf } from '../cluster/sessions.ts';
import type { Intent } from '../operator/intent.ts';
import type { Occurrence } from './occurrence.ts';
import type { Tally } from './tally.ts';
import { Violation } from './violation.ts';

type Written = Extract<Occurrence, { kind: 'DrainsWritten' }>;
type Stop = Extract<Occurrence, { kind: 'SlotDeleted' | 'SlotRolled' }>;

/** The clocks of nodes run at most this much faster than the time. */
const fastestClock = 1.03;

/** Guarantee G3, at the moment at which a write of the operator that ends a pod arrives at the API server. */
export function assertNobodyCut(cluster: Cluster, { deployment, intent }: Stop, tally: Tally): void {
  for (const pod of cluster.store.last('pods')) {
    if (pod.deploymentUid !== deployment.uid || pod.terminating) continue;
    const process = cluster.processes.get(pod.uid);
    if (process?.marker !== true) continue;

    const { action } = intent;
    if (action.action !== 'StopSlot' && action.action !== 'RollSlot') {
      throw new Violation(`G3: the operator deleted slot ${pod.slot}, where pod ${pod.name} runs a gateway`);
    }
    for (const session of sessionsOf(cluster, pod.uid)) {
      const excuse = excuseOf(cluster, { pod, process }, session, intent, action.mayCut);
      if (excuse === undefined) {
        throw new Violation(
          `G3: ${action.action} of ${pod.slot} by operator ${intent.operator} ended pod ${pod.name} with ${describe(cluster, session)}, asked at ${seconds(intent.look.askedMilliseconds.get(pod.uid))}: ${action.reason}`,
        );
      }
      tally.count(excuse);
    }
  }
}

/** Why this session may end with its pod; undefined: the operator cuts somebody off. */
function excuseOf(
  cluster: Cluster,
  { pod, process }: { pod: SimPod; process: Process },
  session: Session,
  { look }: Intent,
  mayCut: boolean,
): string | undefined {
  if (mayCut) return orderIsOver(cluster, process) ? 'session at its deadline' : undefined;

  const { entry, sinceMilliseconds } = session;
  if (entry === undefined) return sinceMilliseconds >= askedAt(pod.uid) ? 'late session of a router' : undefined;
  if (findPod(cluster, entry)?.nodeLost === true) return 'session through a lost node';

  if (sinceMilliseconds < askedAt(entry)) return undefined;
  if (session.lastResort) return 'late session that found no other gateway';
  if (!look.pods.some(({ uid, terminating, report }) => uid !== pod.uid && report.ready && !terminating)) {
    return 'late session of a pool of one';
  }
  // Its proxy did not know yet that the pod takes no clients; the pod knew and passed it on.
  const isPassedOn = entry === pod.uid && session.gateway !== pod.uid;
  return isPassedOn && isOrderedSince(cluster, pod.uid, askedAt(entry)) ? 'late client of a draining pod' : undefined;

  function askedAt(uid: string): number {
    return look.askedMilliseconds.get(uid) ?? Infinity;
  }
}

/** Sessions that end in the middle of somebody's work do so because of a person, a machine, or a deadline that is over. */
export function assertLegalCut(
  cluster: Cluster,
  { process, cause }: Extract<Occurrence, { kind: 'SessionsCut' }>,
): void {
  if (cause !== 'Deadline') return;
  const since = findPod(cluster, process.podUid)?.terminatingSince;
  const isOver = since !== undefined && isPast(cluster, since, process.template.drainSeconds);
  if (isOver || orderIsOver(cluster, process)) return;
  throw new Violation(`G3: sessions of ${process.podName} were cut before the deadline that the user set`);
}

/**
 * Pods that the operator has ended are sent nothing new any more, so their drains stay in force until they are gone. Also where the
 * new template has the revision of the old one, because somebody had edited that by hand.
 */
export function guardDoomed(cluster: Cluster): {
  doom: (stop: Stop) => void;
  assertStaysDrained: (written: Written) => void;
} {
  const doomed = new Set<string>();
  return {
    doom: (stop) => {
      const { deployment } = stop;
      for (const pod of cluster.store.last('pods')) if (pod.deploymentUid === deployment.uid) doomed.add(pod.uid);
    },
    assertStaysDrained: ({ removed, intent }) => {
      const pod = removed.map(({ podUid }) => findPod(cluster, podUid)).find((found) => found && doomed.has(found.uid));
      // Once its deletion has begun, its endpoint tells everybody.
      if (pod === undefined || pod.terminating) return;
      throw new Violation(`G3: operator ${intent.operator} took the drain of ${pod.name} back, which was stopped`);
    },
  };
}

/** Whether the pod has been ordered to drain for as long as its deadline says, in the version of the list that its sidecar knows. */
function orderIsOver(cluster: Cluster, { podUid, seenDrains }: Process): boolean {
  const { order, since } = orderOf(cluster, podUid, seenDrains);
  const deadlineSeconds = order?.deadlineSeconds ?? undefined;
  return deadlineSeconds !== undefined && isPast(cluster, since, deadlineSeconds);
}

function isOrderedSince(cluster: Cluster, podUid: string, sinceMilliseconds: number): boolean {
  return orderOf(cluster, podUid, cluster.store.histories.drains.length - 1).since <= sinceMilliseconds;
}

/** The order of this pod, and since when it has been in force without a break. A ConfigMap that is gone takes nothing back. */
function orderOf(cluster: Cluster, podUid: string, upTo: number): { order: OrderedDrain | undefined; since: number } {
  const { drains } = cluster.store.histories;
  let order: OrderedDrain | undefined;
  let since = Infinity;
  for (let position = upTo; position >= 0; position -= 1) {
    const { value, atMilliseconds } = drains[position] ?? {};
    if (value === undefined || atMilliseconds === undefined) continue;
    const found = value.draining.find((drain) => drain.podUid === podUid);
    if (found === undefined) break;
    order ??= found;
    since = atMilliseconds;
  }
  return { order, since };
}

function isPast({ milliseconds }: Cluster, sinceMilliseconds: number, durationSeconds: number): boolean {
  return (milliseconds - sinceMilliseconds) * fastestClock >= durationSeconds * 1000;
}

function describe(cluster: Cluster, { entry, gateway, sinceMilliseconds }: Session): string {
  const name = (uid: string): string => nameOf(cluster.processes.get(uid), uid);
  const through = entry === undefined ? '' : ` through ${name(entry)}`;
  return `a session in ${name(gateway)}${through} since ${seconds(sinceMilliseconds)}`;
}

function nameOf(process: Process | undefined, uid: string): string {
  return process?.podName ?? uid;
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'no time' : `${(milliseconds / 1000).toFixed(1)}s`;
}
