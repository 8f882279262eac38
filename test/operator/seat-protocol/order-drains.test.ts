import { describe, expect, it } from '@jest/globals';
import type { OrderDrains } from '../../../src/operator/plan/actions.ts';
import { orderDrains } from '../../../src/operator/seat-protocol/order-drains.ts';
import { drainOf } from '../plan/pool-of.ts';
import { liveDeploymentOf, livePodOf, livePoolOf, planned, recordedApi } from './recorded-api.ts';

function order(change: Partial<OrderDrains> = {}): OrderDrains {
  return {
    action: 'OrderDrains',
    drains: { generation: 31, poolGeneration: 4, draining: [drainOf(2)] },
    expectResourceVersion: '600',
    ifNoNewerPool: false,
    ordered: [],
    takenBack: [],
    fences: [],
    gone: [],
    reason: 'prod-2 is to drain',
    ...change,
  };
}

const fence = { slot: 'prod-1', uid: 'deployment-of-prod-1', resourceVersion: '70' };
const stored = { deployments: [liveDeploymentOf('prod-1')], pods: [livePodOf('prod-1')] };

describe('orderDrains', () => {
  it('writes a new drain without more ado', async () => {
    const api = recordedApi(stored);

    expect(await orderDrains(api, planned, order())).toEqual({ done: true });
    expect(api.requests).toEqual(['PATCH drains']);
    expect(api.drains).toEqual([order().drains]);
  });

  it('touches the Deployment before a drain is taken back: a late stop fails then', async () => {
    const api = recordedApi(stored);

    expect(await orderDrains(api, planned, order({ fences: [fence] }))).toEqual({ done: true });
    expect(api.requests).toEqual(['PATCH prod-1 drains-31', 'PATCH drains']);
  });

  it('makes sure that a pod is gone before it is left out', async () => {
    const api = recordedApi(stored);

    expect(await orderDrains(api, planned, order({ gone: ['long-gone'] }))).toEqual({ done: true });
    expect(api.requests).toEqual(['LIST pods', 'PATCH drains']);
  });

  it.each([
    { name: 'that no pool has reached', live: {} },
    { name: 'that no pool has reached, of one that is paused', live: { paused: true } },
  ])('writes a list of a generation anew $name', async ({ live }) => {
    const api = recordedApi({ ...stored, pool: livePoolOf(live) });

    expect(await orderDrains(api, planned, order({ ifNoNewerPool: true }))).toEqual({ done: true });
    expect(api.requests).toEqual(['GET pool', 'PATCH drains']);
  });

  it.each([
    { name: 'is newer than what was planned for', pool: livePoolOf({ generation: 5 }) },
    { name: 'is another one', pool: livePoolOf({ uid: 'another' }) },
    { name: 'is gone', pool: undefined },
  ])('leaves a list alone whose pool $name', async ({ pool }) => {
    const api = recordedApi({ ...stored, pool });

    expect(await orderDrains(api, planned, order({ ifNoNewerPool: true, fences: [fence] }))).toMatchObject({
      done: false,
    });
    expect(api.requests).toEqual(['GET pool']);
  });

  it.each([
    {
      name: 'somebody changed the Deployment: its slot may have been stopped',
      api: recordedApi({ ...stored, deployments: [liveDeploymentOf('prod-1', { resourceVersion: '71' })] }),
      action: order({ fences: [fence] }),
      reason: 'Deployment prod-1 was changed meanwhile',
    },
    {
      name: 'a pod is there that was taken for gone',
      api: recordedApi(stored),
      action: order({ gone: ['pod-of-prod-1'] }),
      reason: 'pod prod-1-abc is still there',
    },
    {
      name: 'somebody wrote the drains',
      api: recordedApi({ ...stored, drainsVersion: '601' }),
      action: order(),
      reason: 'the drains were changed meanwhile',
    },
  ])('writes nothing when $name', async ({ api, action, reason }) => {
    const outcome = await orderDrains(api, planned, action);

    expect(outcome).toEqual({ done: false, reason });
    expect(api.drains).toEqual([]);
  });

  it('leaves out a pod whose phase is Failed: nothing of it runs', async () => {
    const api = recordedApi({ pods: [livePodOf('prod-1', { ended: true })] });

    expect(await orderDrains(api, planned, order({ gone: ['pod-of-prod-1'] }))).toEqual({ done: true });
  });
});
