import { describe, expect, it } from '@jest/globals';
import { conditionTypes } from '../../../src/api/conditions.ts';
import { planForInvalidPool } from '../../../src/operator/plan/invalid-pool.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { now, poolOf } from './pool-of.ts';

const errors = [{ field: 'spec.listeners[1].port', message: 'is used by listener ssh already' }];

describe('planForInvalidPool', () => {
  it('changes nothing and says where the mistake is', () => {
    const { actions, publish, status, events } = planForInvalidPool(poolOf({}).pool, errors, now);

    expect({ actions, publish }).toEqual({ actions: [], publish: undefined });
    expect(status.conditions?.find(({ type }) => type === 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'SpecInvalid',
      message:
        'spec.listeners[1].port: is used by listener ssh already; correct it, then the operator goes on. Until then it changes nothing, and running instances go on',
    });
    expect(events.map(({ reason }) => reason)).toEqual(['SpecInvalid']);
  });

  it('sets all conditions of a pool that it sees for the first time', () => {
    const { status } = planForInvalidPool(poolOf({ published: 'nothing' }).pool, errors, now);

    expect(status.conditions?.map(({ type }) => type)).toEqual(conditionTypes);
    expect(status.conditions?.find(({ type }) => type === 'CapExceeded')).toMatchObject({
      status: 'Unknown',
      reason: 'SpecInvalid',
    });
  });

  it('keeps what was last known of the instances', () => {
    const before = plan(poolOf({ max: 2, running: [0, 1, 2] }), now).status;

    const { status } = planForInvalidPool(poolOf({ status: before }).pool, errors, now);

    expect(status).toMatchObject({ maxInstances: 2, readyInstances: 3, observedGeneration: 4 });
    expect(status.conditions?.find(({ type }) => type === 'CapExceeded')).toMatchObject({
      status: 'True',
      reason: 'SurplusInstances',
    });
  });
});
