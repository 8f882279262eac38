import { describe, expect, it } from '@jest/globals';
import { mayPublish } from '../../../src/operator/seat-protocol/may-publish.ts';
import { livePodOf, recordedApi } from './recorded-api.ts';

const limits = { maxInstances: 2, externalInstances: 0 };

describe('mayPublish', () => {
  it('asks nobody when nothing can be under way', async () => {
    const api = recordedApi({});

    expect(await mayPublish(api, { ...limits, onlyIfAllStarted: false })).toBe(true);
    expect(api.requests).toEqual([]);
  });

  it.each([
    { name: 'all pods have their seats', pods: [livePodOf('prod-0'), livePodOf('prod-1')], may: true },
    { name: 'a pod waits', pods: [livePodOf('prod-0'), livePodOf('prod-1', { started: false })], may: false },
    { name: 'a pod has no node yet', pods: [livePodOf('prod-1', { started: false, placed: false })], may: true },
    {
      name: 'a pod that never started has ended',
      pods: [livePodOf('prod-1', { started: false, ended: true })],
      may: true,
    },
    { name: 'there is no pod', pods: [], may: true },
  ])('$may when $name', async ({ pods, may }) => {
    expect(await mayPublish(recordedApi({ pods }), { ...limits, onlyIfAllStarted: true })).toBe(may);
  });
});
