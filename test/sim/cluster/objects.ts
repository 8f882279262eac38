import type { ResolvedSpec } from '../../../src/api/resolve.ts';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';

/** What the API server of the simulation stores. Objects are never changed in place: a cache may still hold an old one. */
export interface SimPool {
  readonly uid: string;
  readonly resourceVersion: number;
  readonly generation: number;
  readonly spec: ResolvedSpec;
  readonly status: GatewayPoolStatus | undefined;
}

export interface SimGate {
  readonly uid: string;
  readonly resourceVersion: number;
  readonly gate: Gate;
  /** As an operator wrote it; not so after somebody edited it by hand. */
  readonly sealed: boolean;
}

export interface SimDeployment {
  readonly slot: string;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly replicas: number;
  readonly revision: string;
  readonly drift: readonly string[];
}

/** A pod as the API server tells it; what really runs is in `Process`, and is told later. */
export interface SimPod {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  readonly deploymentUid: string;
  readonly revision: string;
  readonly node: string | undefined;
  readonly terminating: boolean;
  readonly nodeLost: boolean;
  /** Container statuses, as kubelet last reported them. */
  readonly started: boolean;
  readonly ready: boolean;
}

/** Collections that a watch tells of, each at its own pace. */
export interface Collections {
  readonly pool: SimPool;
  readonly gate: SimGate | undefined;
  readonly deployments: readonly SimDeployment[];
  readonly pods: readonly SimPod[];
  readonly endpoints: readonly SlotEndpoint[];
}

export type CollectionName = keyof Collections;
