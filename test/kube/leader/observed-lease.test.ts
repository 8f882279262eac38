import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../src/kube/leader/lease.ts';
import { ObservedLease } from '../../../src/kube/leader/observed-lease.ts';

const leaseOf = (spec: Lease['spec'], metadata: Partial<Lease['metadata']> = {}): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'kube-system', name: 'operator', ...metadata },
  ...(spec === undefined ? {} : { spec }),
});

const held = (renewTime: string, leaseDurationSeconds = 15): Lease =>
  leaseOf({ holderIdentity: 'other', renewTime, leaseDurationSeconds });

describe('ObservedLease', () => {
  it('is free before anything was seen', () => {
    expect(new ObservedLease(15_000).isFree(0)).toBe(true);
  });

  it.each([
    { name: 'in the far past', renewTime: '1999-12-31T23:59:59.000000Z' },
    { name: 'in the far future', renewTime: '2099-12-31T23:59:59.000000Z' },
  ])('waits the whole duration from its own first sight of a renewal $name', ({ renewTime }) => {
    const observed = new ObservedLease(15_000);

    observed.observe(held(renewTime), 1000);

    expect(observed.isFree(15_999)).toBe(false);
    expect(observed.isFree(16_000)).toBe(true);
  });

  it('starts counting again with every change of the record', () => {
    const observed = new ObservedLease(15_000);
    observed.observe(held('2026-01-01T00:00:00.000000Z'), 0);

    observed.observe(held('2026-01-01T00:00:02.000000Z'), 14_000);

    expect(observed.isFree(28_999)).toBe(false);
  });

  it('does not take a label, or a new resourceVersion, for a renewal', () => {
    const observed = new ObservedLease(15_000);
    const lease = held('2026-01-01T00:00:00.000000Z');
    observed.observe(lease, 0);

    observed.observe(
      { ...lease, metadata: { ...lease.metadata, resourceVersion: '9', labels: { team: 'a' } } },
      14_000,
    );

    expect(observed.isFree(15_000)).toBe(true);
  });

  it('respects the duration that the holder asked for', () => {
    const observed = new ObservedLease(15_000);

    observed.observe(held('2026-01-01T00:00:00.000000Z', 60), 0);

    expect(observed.isFree(59_999)).toBe(false);
    expect(observed.isFree(60_000)).toBe(true);
  });

  it('uses its own duration for a record without one', () => {
    const observed = new ObservedLease(15_000);

    observed.observe(leaseOf({ holderIdentity: 'other' }), 0);

    expect([observed.isFree(14_999), observed.isFree(15_000)]).toEqual([false, true]);
  });

  it.each([
    { name: 'given back', lease: leaseOf({ holderIdentity: '', leaseDurationSeconds: 1 }) },
    { name: 'without a spec', lease: leaseOf(undefined) },
  ])('is free at once when $name', ({ lease }) => {
    const observed = new ObservedLease(15_000);

    observed.observe(lease, 0);

    expect(observed.isFree(0)).toBe(true);
    expect(observed.holder).toBe('');
  });
});
