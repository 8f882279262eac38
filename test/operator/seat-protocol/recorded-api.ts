import type { Gate } from '../../../src/operator/plan/gate.ts';
import type { DrainList, PodAnswer } from '../../../src/operator/plan/observation.ts';
import type { LiveDeployment, LivePod, LivePool, SeatApi } from '../../../src/operator/seat-protocol/seat-api.ts';

import { poolOf } from '../plan/pool-of.ts';

/** What the API server of a test holds. It keeps the rules of the real one for the few requests of the protocol. */
export interface Stored {
  readonly pool?: LivePool | undefined;
  /** '600' when absent. */
  readonly drainsVersion?: string;
  readonly gateVersion?: string | undefined;
  readonly deployments?: readonly LiveDeployment[];
  readonly pods?: readonly LivePod[];
  /** What sidecars answer, by pod UID; the others do not. */
  readonly answers?: Readonly<Record<string, PodAnswer>>;
  /** Revisions that a slot can still go back to. */
  readonly keptRevisions?: readonly string[];
}

export interface RecordedApi extends SeatApi {
  /** Every request, in order. */
  readonly requests: string[];
  /** Every gate that was written. */
  readonly gates: Gate[];
  /** Every list of drains that was written. */
  readonly drains: DrainList[];
}

export const planned = { uid: 'pool-uid', generation: 4, spec: poolOf().pool.spec };

export function livePoolOf(change: Partial<LivePool> = {}): LivePool {
  const limits = { maxInstances: 3, externalInstances: 0 };
  return {
    uid: planned.uid,
    generation: planned.generation,
    deleting: false,
    paused: false,
    limits,
    published: limits,
    ...change,
  };
}

export function livePodOf(slot: string, change: Partial<LivePod> = {}): LivePod {
  return {
    slot,
    name: `${slot}-abc`,
    uid: `pod-of-${slot}`,
    placed: true,
    terminating: false,
    ended: false,
    nodeLost: false,
    started: true,
    sidecarNeverRan: false,
    crashLooping: false,
    ready: true,
    address: '192.0.2.1',
    ...change,
  };
}

export function liveDeploymentOf(slot: string, change: Partial<LiveDeployment> = {}): LiveDeployment {
  return { slot, uid: `deployment-of-${slot}`, resourceVersion: '70', ...change };
}

export function gateWith(change: Partial<Gate>): Gate {
  return {
    generation: 8,
    maxInstances: 3,
    mode: 'SelfHeal',
    slots: [],
    seated: [],
    poolGeneration: 4,
    externalInstances: 0,
    rebuilding: false,
    ...change,
  };
}

export function recordedApi(stored: Stored): RecordedApi {
  const { deployments = [], pods = [] } = stored;
  const pool = 'pool' in stored ? stored.pool : livePoolOf();
  const requests: string[] = [];
  const gates: Gate[] = [];
  const drains: DrainList[] = [];
  let version = stored.gateVersion;
  const answer = async <T>(request: string, value: () => T): Promise<T> => {
    await Promise.resolve();
    requests.push(request);
    return value();
  };
  const write = (gate: Gate) => {
    gates.push(gate);
    version = String(Number(version ?? '900') + 1);
    return { uid: 'gate-uid', resourceVersion: version };
  };
  return {
    requests,
    gates,
    drains,
    readPool: () => answer('GET pool', () => pool),
    listDeployments: () => answer('LIST deployments', () => deployments),
    listPods: () => answer('LIST pods', () => pods),
    createGate: (gate) => answer('POST gate', () => (version === undefined ? write(gate) : 'AlreadyExists')),
    replaceGate: (gate, expected) => answer('PUT gate', () => (version === expected ? write(gate) : 'Conflict')),
    createDeployment: (slot) =>
      answer(`POST ${slot}`, () => (deployments.some((found) => found.slot === slot) ? 'AlreadyExists' : 'Created')),
    touchDeployment: ({ slot, uid, resourceVersion }, mark) =>
      answer(`PATCH ${slot} ${mark}`, () => {
        if (resourceVersion === undefined) return 'Touched';
        const isThere = deployments.some((found) => found.uid === uid && found.resourceVersion === resourceVersion);
        return isThere ? 'Touched' : 'Gone';
      }),
    deleteDeployment: (slot, uid, resourceVersion) =>
      answer(`DELETE ${slot}`, () =>
        deployments.some((found) => found.uid === uid && found.resourceVersion === resourceVersion)
          ? 'Deleted'
          : 'Conflict',
      ),
    replaceTemplate: (slot, uid, resourceVersion, { to }) =>
      answer(`APPLY ${slot} ${to.kind}`, () => {
        const found = deployments.find((deployment) => deployment.uid === uid);
        if (found?.resourceVersion !== resourceVersion) return 'Conflict';
        const isKept = to.kind === 'Current' || stored.keptRevisions?.includes(to.good.revision) === true;
        return isKept ? 'Replaced' : 'NoSuchRevision';
      }),
    noteFailure: (slot, uid, resourceVersion, failedRevision) =>
      answer(`NOTE ${slot} ${failedRevision}`, () =>
        deployments.some((found) => found.uid === uid && found.resourceVersion === resourceVersion)
          ? 'Noted'
          : 'Conflict',
      ),
    writeDrains: (list, expected) =>
      answer('PATCH drains', () => {
        if (expected !== (stored.drainsVersion ?? '600')) return 'Conflict';
        drains.push(list);
        return 'Written';
      }),
    askSidecars: (asked) =>
      answer(`ASK ${asked.map(({ name }) => name).join(' ')}`, () => {
        const known = Object.entries(stored.answers ?? {});
        return new Map(known.filter(([uid]) => asked.some((pod) => pod.uid === uid)));
      }),
  };
}
