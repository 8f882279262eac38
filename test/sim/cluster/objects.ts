import type { ResolvedSpec } from '../../../src/api/resolve.ts';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import type { DrainList, GoodRevision } from '../../../src/operator/plan/observation.ts';
import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { SimTemplate } from './template.ts';

/** What the API server of the simulation stores. Objects are never changed in place: a cache may still hold an old one. */
export interface SimPool {
  readonly uid: string;
  readonly resourceVersion: number;
  readonly generation: number;
  readonly spec: ResolvedSpec;
  /** Value of the annotation that asks for a restart; 0: there is none. Annotations do not move the generation on. */
  readonly restart: number;
  readonly status: GatewayPoolStatus | undefined;
}

/** The user's Secret: which value it holds, and whether that value keeps the rules of its format. */
export interface SimSecret {
  readonly value: number;
  readonly valid: boolean;
  /** The last value that was valid. */
  readonly lastGood: number;
}

export interface SimGate {
  readonly uid: string;
  readonly resourceVersion: number;
  readonly gate: Gate;
  /** As an operator wrote it; not so after somebody edited it by hand. */
  readonly sealed: boolean;
}

/** The ConfigMap through which sidecars are told who drains. */
export interface SimDrains extends DrainList {
  readonly resourceVersion: number;
}

export interface SimDeployment {
  readonly slot: string;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly replicas: number;
  readonly template: SimTemplate;
  /** Newest last, as the Deployment controller keeps them. */
  readonly replicaSets: readonly SimReplicaSet[];
  readonly drift: readonly string[];
  readonly lastGood: GoodRevision | undefined;
  readonly failedRevision: string | undefined;
  readonly stopRequested: boolean;
  /** What the Deployment controller last reported: the template that it had seen, and whether there is a pod of it, and an available one. */
  readonly reported: { readonly template: string; readonly updated: boolean; readonly available: boolean };
}

export interface SimReplicaSet {
  /** Identity of its template. */
  readonly key: string;
  readonly template: SimTemplate;
  readonly replicas: number;
}

/** A pod as the API server tells it; what really runs is in `Process`, and is told later. */
export interface SimPod {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  readonly deploymentUid: string;
  /** Key of its ReplicaSet. */
  readonly replicaSet: string;
  readonly template: SimTemplate;
  readonly node: string | undefined;
  readonly createdMilliseconds: number;
  /** When its deletion was asked for; undefined: it was not. */
  readonly terminatingSince: number | undefined;
  readonly terminating: boolean;
  readonly nodeLost: boolean;
  /** Container statuses and conditions, as kubelet last reported them. */
  readonly report: PodReport;
}

export interface PodReport {
  /** The sidecar's container runs or ran. */
  readonly sidecarRan: boolean;
  /** The sidecar let the gateway start; when, for the condition Initialized. */
  readonly started: boolean;
  readonly startedMilliseconds: number | undefined;
  readonly gatewayEverStarted: boolean;
  readonly ready: boolean;
  readonly readyMilliseconds: number | undefined;
  readonly restarts: number;
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
}

export const nothingReported: PodReport = {
  sidecarRan: false,
  started: false,
  startedMilliseconds: undefined,
  gatewayEverStarted: false,
  ready: false,
  readyMilliseconds: undefined,
  restarts: 0,
  waiting: undefined,
};

/** Collections that a watch tells of, each at its own pace. */
export interface Collections {
  readonly pool: SimPool;
  readonly secret: SimSecret;
  readonly gate: SimGate | undefined;
  readonly drains: SimDrains | undefined;
  readonly deployments: readonly SimDeployment[];
  readonly pods: readonly SimPod[];
  readonly endpoints: readonly SlotEndpoint[];
  /** Names of nodes that take no new pods. */
  readonly cordoned: readonly string[];
}

export type CollectionName = keyof Collections;
