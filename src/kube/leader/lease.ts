import { microTime } from '../micro-time.ts';
import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';
import type { ElectionDurations } from './durations.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface Lease extends KubeObject {
  spec?: {
    /** Empty = given back. */
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export const leaseType: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

export function holderOf(lease: Lease): string {
  return lease.spec?.holderIdentity ?? '';
}

/** A first Lease, held by us. */
export function newLease(key: ObjectKey, identity: string, durations: ElectionDurations, now: Date): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...key },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: durations.leaseMilliseconds / 1000,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: 0,
    },
  };
}

/** The Lease with us as its holder. Fields that we do not know stay. */
export function acquiredLease(lease: Lease, identity: string, durations: ElectionDurations, now: Date): Lease {
  const changedHands = holderOf(lease) !== identity;
  return {
    ...lease,
    spec: {
      ...lease.spec,
      holderIdentity: identity,
      leaseDurationSeconds: durations.leaseMilliseconds / 1000,
      acquireTime: changedHands ? microTime(now) : (lease.spec?.acquireTime ?? microTime(now)),
      renewTime: microTime(now),
      leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + (changedHands ? 1 : 0),
    },
  };
}

/** The Lease given back, for the next one to take at once. */
export function releasedLease(lease: Lease, now: Date): Lease {
  return {
    ...lease,
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) },
  };
}
