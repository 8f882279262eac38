import { describe, expect, it } from '@jest/globals';
import { slotsToRepair } from '../../../src/operator/plan/drift.ts';
import type { Observation, ObservedDeployment } from '../../../src/operator/plan/observation.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { deploymentOf, poolOf, slotOf } from './pool-of.ts';

const changed = (change: Partial<ObservedDeployment>) => slotOf(1, { deployment: deploymentOf(1, change) });

const repairs = (pool: Observation) =>
  slotsToRepair(seatingOf(pool), pool.gate?.readable === true ? pool.gate.gate : undefined);

describe('slotsToRepair', () => {
  it.each([
    { name: 'nothing of a slot as we made it', pool: poolOf({ running: [0, 1, 2] }), what: [] },
    {
      name: 'a slot scaled to 5',
      pool: poolOf({ running: [0, 2], slots: [changed({ replicas: 5 })] }),
      what: [['replicas']],
    },
    {
      name: 'a slot scaled to 5 over the cap',
      pool: poolOf({ max: 1, running: [0, 2], slots: [changed({ replicas: 5 })] }),
      what: [['replicas']],
    },
    {
      name: 'a slot scaled to 0 that is wanted',
      pool: poolOf({ running: [0, 2], slots: [changed({ replicas: 0 })] }),
      what: [['replicas']],
    },
    {
      name: 'no slot scaled to 0 over the cap: it ended',
      pool: poolOf({ max: 2, running: [0, 2], slots: [changed({ replicas: 0 })] }),
      what: [],
    },
    {
      name: 'no slot scaled to 0 that replicas do not ask for',
      pool: poolOf({ replicas: 2, running: [0, 2], slots: [changed({ replicas: 0 })] }),
      what: [],
    },
    {
      name: 'metadata',
      pool: poolOf({ running: [0, 2], slots: [changed({ drift: ['label a', 'strategy'] })] }),
      what: [['label a', 'strategy']],
    },
    {
      name: 'both at once',
      pool: poolOf({ running: [0, 2], slots: [changed({ replicas: 3, drift: ['label a'] })] }),
      what: [['replicas', 'label a']],
    },
    {
      name: 'never the pod template',
      pool: poolOf({ running: [0, 2], slots: [changed({ templateDrift: true })] }),
      what: [],
    },
    {
      name: 'nothing of a slot that is being deleted',
      pool: poolOf({ running: [0, 2], slots: [changed({ replicas: 5, deleting: true })] }),
      what: [],
    },
    {
      name: 'nothing of a slot without a seat',
      pool: poolOf({ running: [0, 2], slots: [changed({ replicas: 5 })], seats: [0, 2] }),
      what: [],
    },
  ])('puts back $name', ({ pool, what }) => {
    expect(repairs(pool).map((repair) => repair.what)).toEqual(what);
  });

  it('says what somebody did and that it is put right', () => {
    const [repair] = repairs(poolOf({ running: [0, 2], slots: [changed({ replicas: 5, drift: ['label a'] })] }));

    expect(repair).toMatchObject({
      slot: 'prod-1',
      uid: 'deployment-1',
      reason:
        'Deployment prod-1 was scaled to 5 by hand; a slot is one instance, and was edited by hand (label a): put right',
    });
  });

  it('accuses nobody of what comes from the pool, or with a release of the operator', () => {
    const [repair] = repairs(poolOf({ running: [0, 2], slots: [changed({ drift: ['minReadySeconds'] })] }));

    expect(repair).toMatchObject({
      byHand: false,
      reason: 'Deployment prod-1 is given the minReadySeconds that its pool has now',
    });
  });

  it('tells an edit of the Deployment itself from that', () => {
    const edited = {
      drift: ['minReadySeconds', 'progressDeadlineSeconds'],
      editedSettings: ['progressDeadlineSeconds'],
    };
    const [repair] = repairs(poolOf({ running: [0, 2], slots: [changed(edited)] }));

    expect(repair).toMatchObject({
      byHand: true,
      what: ['minReadySeconds', 'progressDeadlineSeconds'],
      reason:
        'Deployment prod-1 was edited by hand (progressDeadlineSeconds): put right; it is given the minReadySeconds that its pool has now',
    });
  });
});
