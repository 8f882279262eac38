import { describe, expect, it } from '@jest/globals';
import type { SlotState } from '../../../src/api/status.ts';
import { verdictsOf } from '../../../src/operator/plan/conditions/all.ts';
import { hasServed } from '../../../src/operator/plan/has-served.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { pictureOf } from '../../../src/operator/plan/picture.ts';
import { slotStatuses } from '../../../src/operator/plan/slot-status.ts';
import { deploymentOf, now, podOf, poolOf, slotOf } from './pool-of.ts';

/** A gateway that was let through long ago and is not Ready, after a status that showed its slot in this state. */
function after(state: SlotState, pod = 'prod-0-abc'): Observation {
  const late = podOf(0, { ready: false, progressMilliseconds: 3_600_000 });
  return poolOf({
    max: 1,
    slots: [slotOf(0, { deployment: deploymentOf(0, { available: false }), pods: [late] })],
    status: { maxInstances: 1, externalInstances: 0, slots: [{ name: 'prod-0', state, reason: '', pod }] },
  });
}

describe('hasServed', () => {
  it.each([
    { state: 'Ready', served: true },
    { state: 'NotReady', served: true },
    { state: 'Draining', served: true },
    { state: 'Lost', served: true },
    { state: 'Starting', served: false },
    { state: 'Held', served: false },
    { state: 'Vacant', served: false },
  ] as const)('after $state is $served', ({ state, served }) => {
    expect(hasServed('prod-0', podOf(0), after(state).pool)).toBe(served);
  });

  it('is not told of another pod of the slot', () => {
    expect(hasServed('prod-0', podOf(0), after('Ready', 'prod-0-before').pool)).toBe(false);
  });
});

describe('an instance whose node came back', () => {
  const picture = pictureOf(after('Lost'));
  const { Stalled, Ready } = verdictsOf(picture);

  it('is not called late, although its gateway needs a moment', () => {
    expect(Stalled).toMatchObject({ status: 'False' });
  });

  it('is NotReady, so that the next look knows too', () => {
    expect(slotStatuses(picture, now)).toMatchObject([{ state: 'NotReady' }]);
  });

  it('has been ready before', () => {
    expect(Ready).toMatchObject({ reason: 'InstancesNotReady' });
  });
});

describe('an instance that never was ready, on a node that does not answer', () => {
  const pulling = { reason: 'ImagePullBackOff', message: 'not found' };
  const pod = podOf(0, { ready: false, waiting: pulling, progressMilliseconds: 3_600_000 });
  const seen = (nodeLost: boolean, status: Observation['pool']['status']): Observation =>
    poolOf({
      max: 1,
      slots: [slotOf(0, { deployment: deploymentOf(0, { available: false }), pods: [{ ...pod, nodeLost }] })],
      ...(status === undefined ? {} : { status }),
    });
  const lost = plan(seen(true, after('Starting').pool.status), now);

  it('is Starting there', () => {
    expect(lost.status.slots).toMatchObject([{ state: 'Starting', reason: 'node node-a does not answer' }]);
  });

  it('is called late when the node is back: nothing is under way any more', () => {
    const { status } = plan(seen(false, lost.status), now);

    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Reconciling', status: 'False' }));
  });
});
