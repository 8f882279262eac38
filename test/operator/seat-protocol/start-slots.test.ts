import { describe, expect, it } from '@jest/globals';
import type { StartSlots } from '../../../src/operator/plan/actions.ts';
import { startSlots } from '../../../src/operator/seat-protocol/start-slots.ts';
import type { Stored } from './recorded-api.ts';
import { gateWith, liveDeploymentOf, livePodOf, livePoolOf, planned, recordedApi } from './recorded-api.ts';

const start: StartSlots = {
  action: 'StartSlots',
  slots: [
    { number: 1, name: 'prod-1', reason: 'wanted' },
    { number: 2, name: 'prod-2', reason: 'wanted' },
  ],
  gate: gateWith({ slots: ['prod-0', 'prod-1', 'prod-2'] }),
  expectResourceVersion: '500',
};
const runs0 = { gateVersion: '500', deployments: [liveDeploymentOf('prod-0')], pods: [livePodOf('prod-0')] };

describe('startSlots', () => {
  it('looks, takes the seats, then creates', async () => {
    const api = recordedApi(runs0);

    const outcome = await startSlots(api, planned, start);

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual([
      'GET pool',
      'LIST deployments',
      'LIST pods',
      'PUT gate',
      'POST prod-1',
      'POST prod-2',
    ]);
    expect(api.gates).toEqual([start.gate]);
  });

  it('is not over before each of its creations is, also when another was refused', async () => {
    const api = recordedApi(runs0);
    const over: string[] = [];
    const createDeployment = async (slot: string): Promise<'Created'> => {
      if (slot === 'prod-1') throw new Error('quota');
      await new Promise((resolve) => setImmediate(resolve));
      over.push(slot);
      return 'Created';
    };

    await expect(startSlots({ ...api, createDeployment }, planned, start)).rejects.toThrow('quota');

    expect(over).toEqual(['prod-2']);
  });

  it('creates nothing when somebody wrote the gate meanwhile', async () => {
    const api = recordedApi({ ...runs0, gateVersion: '501' });

    const outcome = await startSlots(api, planned, start);

    expect(outcome).toEqual({ done: false, reason: 'the start gate was changed meanwhile' });
    expect(api.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  const refused: readonly { readonly name: string; readonly stored: Stored; readonly reason: string }[] = [
    { name: 'the pool is gone', stored: { ...runs0, pool: undefined }, reason: 'the pool does not exist any more' },
    {
      name: 'it is another pool of that name',
      stored: { ...runs0, pool: livePoolOf({ uid: 'other' }) },
      reason: 'the pool does not exist any more',
    },
    {
      name: 'the pool is being deleted',
      stored: { ...runs0, pool: livePoolOf({ deleting: true }) },
      reason: 'the pool is being deleted',
    },
    {
      name: 'the pool was paused',
      stored: { ...runs0, pool: livePoolOf({ paused: true }) },
      reason: 'the pool is paused',
    },
    {
      name: 'the spec changed',
      stored: { ...runs0, pool: livePoolOf({ generation: 5 }) },
      reason: 'the pool changed: generation 5, planned for 4',
    },
    {
      name: 'a restart of the pool was asked for',
      stored: { ...runs0, pool: livePoolOf({ restart: 'now' }) },
      reason: 'another restart of the pool was asked for',
    },
    {
      name: 'a slot has a Deployment by now',
      stored: { ...runs0, deployments: [liveDeploymentOf('prod-2')] },
      reason: 'slot prod-2 is not empty yet',
    },
    {
      name: 'a pod of a slot is still ending',
      stored: { ...runs0, pods: [livePodOf('prod-1')] },
      reason: 'slot prod-1 is not empty yet',
    },
    {
      name: 'there is a slot that the plan did not know',
      stored: { ...runs0, pods: [livePodOf('prod-0'), livePodOf('prod-7')] },
      reason: '4 seats would be taken, and maxInstances is 3',
    },
  ];

  it.each(refused)('writes nothing when $name', async ({ stored, reason }) => {
    const api = recordedApi(stored);

    const outcome = await startSlots(api, planned, start);

    expect(outcome).toEqual({ done: false, reason });
    expect(api.gates).toEqual([]);
  });

  it('does not mind pods that have ended', async () => {
    const api = recordedApi({ ...runs0, pods: [livePodOf('prod-1', { ended: true })] });

    expect(await startSlots(api, planned, start)).toEqual({ done: true });
  });

  it('counts external instances', async () => {
    const api = recordedApi(runs0);
    const gate = gateWith({ slots: ['prod-0', 'prod-1', 'prod-2'], externalInstances: 1 });

    expect(await startSlots(api, planned, { ...start, gate })).toMatchObject({ done: false });
  });
});
