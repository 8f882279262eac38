import { describe, expect, it } from '@jest/globals';
import { defaultDurations } from '../../../src/kube/leader/durations.ts';
import { acquiredLease, type Lease, newLease, releasedLease } from '../../../src/kube/leader/lease.ts';

const now = new Date('2026-02-03T04:05:06.789Z');
const key = { namespace: 'kube-system', name: 'operator' };

const heldBy = (holderIdentity: string): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...key, resourceVersion: '41' },
  spec: {
    holderIdentity,
    leaseDurationSeconds: 60,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:01:00.000000Z',
    leaseTransitions: 3,
  },
});

describe('leases', () => {
  it('are created with times of six digits, as the API server demands', () => {
    expect(newLease(key, 'us', defaultDurations, now).spec).toEqual({
      holderIdentity: 'us',
      leaseDurationSeconds: 15,
      acquireTime: '2026-02-03T04:05:06.789000Z',
      renewTime: '2026-02-03T04:05:06.789000Z',
      leaseTransitions: 0,
    });
  });

  it('are renewed with a new renewTime only', () => {
    expect(acquiredLease(heldBy('us'), 'us', defaultDurations, now).spec).toEqual({
      ...heldBy('us').spec,
      leaseDurationSeconds: 15,
      renewTime: '2026-02-03T04:05:06.789000Z',
    });
  });

  it('are taken over with one more transition', () => {
    expect(acquiredLease(heldBy('other'), 'us', defaultDurations, now).spec).toEqual({
      holderIdentity: 'us',
      leaseDurationSeconds: 15,
      acquireTime: '2026-02-03T04:05:06.789000Z',
      renewTime: '2026-02-03T04:05:06.789000Z',
      leaseTransitions: 4,
    });
  });

  it('are given back without a holder, keeping the count of transitions', () => {
    expect(releasedLease(heldBy('us'), now).spec).toMatchObject({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 3,
    });
  });

  it('keep their resourceVersion, which makes every write of them a compare-and-swap', () => {
    expect(acquiredLease(heldBy('other'), 'us', defaultDurations, now).metadata.resourceVersion).toBe('41');
    expect(releasedLease(heldBy('us'), now).metadata.resourceVersion).toBe('41');
  });

  it('keep fields that we do not know', () => {
    const lease = { ...heldBy('us'), spec: { ...heldBy('us').spec, strategy: 'OldestEmulationVersion' } };

    expect(acquiredLease(lease, 'us', defaultDurations, now).spec).toHaveProperty('strategy', 'OldestEmulationVersion');
    expect(releasedLease(lease, now).spec).toHaveProperty('strategy', 'OldestEmulationVersion');
  });
});
