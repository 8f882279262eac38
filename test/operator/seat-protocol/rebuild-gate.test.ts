import { describe, expect, it } from '@jest/globals';
import type { RebuildGate } from '../../../src/operator/plan/actions.ts';
import { closedGate } from '../../../src/operator/plan/gate.ts';
import { rebuildGate } from '../../../src/operator/seat-protocol/rebuild-gate.ts';
import { liveDeploymentOf, livePodOf, livePoolOf, planned, recordedApi } from './recorded-api.ts';

const rebuild: RebuildGate = {
  action: 'RebuildGate',
  found: undefined,
  slots: [],
  reason: 'the pool has no start gate',
};
const first = { number: 0, name: 'prod-0', reason: 'wanted' };

describe('rebuildGate', () => {
  it('makes the first gate of a pool closed, then opens it and starts', async () => {
    const api = recordedApi({});

    const outcome = await rebuildGate(api, planned, { ...rebuild, slots: [first] });

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual(['POST gate', 'GET pool', 'LIST deployments', 'LIST pods', 'PUT gate', 'POST prod-0']);
    expect(api.gates).toEqual([
      closedGate(4),
      expect.objectContaining({ mode: 'SelfHeal', slots: ['prod-0'], rebuilding: false }),
    ]);
  });

  it('seats everything that exists, and touches each Deployment before', async () => {
    const api = recordedApi({ deployments: [liveDeploymentOf('prod-1')], pods: [livePodOf('prod-2')] });

    await rebuildGate(api, planned, rebuild);

    expect(api.requests).toEqual([
      'POST gate',
      'GET pool',
      'LIST deployments',
      'LIST pods',
      'PATCH prod-1 901',
      'PUT gate',
    ]);
    expect(api.gates[1]).toMatchObject({ mode: 'SelfHeal', slots: ['prod-1', 'prod-2'] });
  });

  it('lets only what runs go on when that is more than the cap', async () => {
    const limits = { maxInstances: 1, externalInstances: 0 };
    const pods = [livePodOf('prod-0'), livePodOf('prod-1'), livePodOf('prod-2', { started: false })];
    const api = recordedApi({ pool: livePoolOf({ limits }), pods });

    await rebuildGate(api, planned, rebuild);

    expect(api.gates[1]).toMatchObject({
      mode: 'Hold',
      maxInstances: 1,
      slots: ['prod-0', 'prod-1', 'prod-2'],
      seated: ['pod-of-prod-0', 'pod-of-prod-1'],
    });
  });

  it('obeys the stricter of what the spec says and what the status shows', async () => {
    const published = { maxInstances: 2, externalInstances: 1 };
    const api = recordedApi({ pool: livePoolOf({ published }) });

    await rebuildGate(api, planned, rebuild);

    expect(api.gates[1]).toMatchObject({ maxInstances: 2, externalInstances: 1 });
  });

  it('starts nothing that was planned before a pod of another slot turned up', async () => {
    const limits = { maxInstances: 1, externalInstances: 0 };
    const api = recordedApi({ pool: livePoolOf({ limits, published: limits }), pods: [livePodOf('prod-5')] });

    await rebuildGate(api, planned, { ...rebuild, slots: [first] });

    expect(api.gates[1]).toMatchObject({ slots: ['prod-5'] });
    expect(api.requests).not.toContain('POST prod-0');
  });

  it('never counts generations of a lost gate again', async () => {
    const api = recordedApi({});

    await rebuildGate(api, planned, rebuild);

    expect(api.gates[1]?.generation).toBe(901);
  });

  it('leaves the gate closed when the pool changed meanwhile', async () => {
    const api = recordedApi({ pool: livePoolOf({ generation: 5 }) });

    const outcome = await rebuildGate(api, planned, rebuild);

    expect(outcome).toEqual({ done: false, reason: 'the pool changed: generation 5, planned for 4' });
    expect(api.gates).toEqual([closedGate(4)]);
  });

  it('leaves the gate of somebody who was faster', async () => {
    const api = recordedApi({ gateVersion: '500' });

    const outcome = await rebuildGate(api, planned, rebuild);

    expect(outcome.done).toBe(false);
    expect(api.requests).toEqual(['POST gate']);
  });

  it('goes on with a gate that is closed already', async () => {
    const api = recordedApi({ gateVersion: '500' });
    const found = { uid: 'gate-uid', resourceVersion: '500', rebuilding: true };

    const outcome = await rebuildGate(api, planned, { ...rebuild, found });

    expect(outcome).toEqual({ done: true });
    expect(api.requests[0]).toBe('GET pool');
  });

  it('closes a gate that nobody can read before anything else', async () => {
    const api = recordedApi({ gateVersion: '500' });
    const found = { uid: 'gate-uid', resourceVersion: '500', rebuilding: false };

    await rebuildGate(api, planned, { ...rebuild, found });

    expect(api.requests.slice(0, 2)).toEqual(['PUT gate', 'GET pool']);
    expect(api.gates[0]).toEqual(closedGate(4));
  });
});
