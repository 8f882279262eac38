import { describe, expect, it } from '@jest/globals';
import type { StopSlot } from '../../../src/operator/plan/actions.ts';
import { stopSlot } from '../../../src/operator/seat-protocol/stop-slot.ts';
import { answerOf, drainOf, poolOf } from '../plan/pool-of.ts';
import type { Stored } from './recorded-api.ts';
import { liveDeploymentOf, livePodOf, livePoolOf, recordedApi } from './recorded-api.ts';

const listening = { uid: 'pool-uid', generation: 4, spec: poolOf({ listening: true }).pool.spec };
const drained = { ...drainOf(2), podUid: 'pod-of-prod-2' };
const stop: StopSlot = {
  action: 'StopSlot',
  slot: 'prod-2',
  uid: 'deployment-of-prod-2',
  resourceVersion: '70',
  podUids: ['pod-of-prod-2'],
  drains: { generation: 30, poolGeneration: 4, draining: [drained] },
  expectResourceVersion: '600',
  proviso: { othersLeft: { slots: 2, ready: false }, notReady: false },
  mayCut: false,
  reason: 'prod-2 is stopped, it has no sessions: replicas is 2',
};

const knows = answerOf({ knownDrains: ['pod-of-prod-2'] });
const drains = answerOf({ knownDrains: ['pod-of-prod-2'], drain: { deadlineReached: false } });
const slots = ['prod-0', 'prod-1', 'prod-2'];
const quiet = {
  deployments: slots.map((slot) => liveDeploymentOf(slot)),
  pods: slots.map((slot) => livePodOf(slot, { ready: slot !== 'prod-2' })),
  answers: { 'pod-of-prod-0': knows, 'pod-of-prod-1': knows, 'pod-of-prod-2': drains },
} satisfies Stored;
const pods = (change: Parameters<typeof livePodOf>[1], slot = 'prod-2') =>
  quiet.pods.map((pod) => (pod.slot === slot ? { ...pod, ...change } : pod));

describe('stopSlot', () => {
  it('writes the drains once more, looks, asks everybody, and deletes at the version of the plan', async () => {
    const api = recordedApi(quiet);

    const outcome = await stopSlot(api, listening, stop);

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual([
      'PATCH drains',
      'GET pool',
      'LIST pods',
      'ASK prod-0-abc prod-1-abc prod-2-abc',
      'DELETE prod-2',
    ]);
    expect(api.drains).toEqual([{ generation: 31, poolGeneration: 4, draining: [drained] }]);
  });

  const refused: readonly { readonly name: string; readonly stored: Stored; readonly reason: RegExp }[] = [
    {
      name: 'the drains were changed',
      stored: { ...quiet, drainsVersion: '601' },
      reason: /^the drains were changed/u,
    },
    { name: 'the pool is gone', stored: { ...quiet, pool: undefined }, reason: /^the pool does not exist/u },
    { name: 'the pool was paused', stored: { ...quiet, pool: livePoolOf({ paused: true }) }, reason: /paused$/u },
    {
      name: 'replicas was raised again, or anything else of the spec changed',
      stored: { ...quiet, pool: livePoolOf({ generation: 5 }) },
      reason: /^the pool changed/u,
    },
    {
      name: 'a pod came that nobody asked about',
      stored: { ...quiet, pods: [...quiet.pods, livePodOf('prod-2', { uid: 'new', name: 'prod-2-new' })] },
      reason: /^pod prod-2-new of slot prod-2 came meanwhile$/u,
    },
    {
      name: 'the pod is gone by itself',
      stored: { ...quiet, pods: pods({ ended: true }) },
      reason: /^pod pod-of-prod-2 of slot prod-2 is gone$/u,
    },
    {
      name: 'another instance is on its way out, so that too few would be left',
      stored: { ...quiet, pods: pods({ terminating: true }, 'prod-1') },
      reason: /^only 1 of 2 others would be left$/u,
    },
    {
      name: 'another instance is on a lost node, so that too few would be left',
      stored: { ...quiet, pods: pods({ nodeLost: true }, 'prod-1') },
      reason: /^only 1 of 2 others/u,
    },
    {
      name: 'a session began',
      stored: { ...quiet, answers: { ...quiet.answers, 'pod-of-prod-0': { ...knows, backends: { 'prod-2': 1 } } } },
      reason: /^slot prod-2 is not stopped: sessions are open$/u,
    },
    {
      name: 'a session of another instance began in it',
      stored: { ...quiet, answers: { ...quiet.answers, 'pod-of-prod-2': { ...drains, transit: 1 } } },
      reason: /sessions are open$/u,
    },
    {
      name: 'a sidecar does not answer',
      stored: { ...quiet, answers: { 'pod-of-prod-0': knows, 'pod-of-prod-2': drains } },
      reason: /the sidecar of pod prod-1-abc, through which sessions may run, does not answer$/u,
    },
    {
      name: 'a sidecar does not know of the drain any more',
      stored: { ...quiet, answers: { ...quiet.answers, 'pod-of-prod-1': answerOf() } },
      reason: /the sidecar of pod prod-1-abc does not know yet that prod-2-abc drains$/u,
    },
  ];

  it.each(refused)('deletes nothing when $name', async ({ stored, reason }) => {
    const api = recordedApi(stored);

    const outcome = await stopSlot(api, listening, stop);

    expect(outcome).toEqual({ done: false, reason: expect.stringMatching(reason) });
    expect(api.requests).not.toContain('DELETE prod-2');
  });

  it('does not delete a Deployment that was changed since the plan', async () => {
    const api = recordedApi({ ...quiet, deployments: [liveDeploymentOf('prod-2', { resourceVersion: '71' })] });

    const outcome = await stopSlot(api, listening, stop);

    expect(outcome).toEqual({ done: false, reason: 'Deployment prod-2 was changed meanwhile' });
  });

  it('asks nobody who cannot answer', async () => {
    const others = [
      livePodOf('prod-3', { placed: false, sidecarNeverRan: true, started: false, address: undefined }),
      livePodOf('prod-4', { nodeLost: true }),
      livePodOf('prod-5', { ended: true }),
    ];
    const api = recordedApi({ ...quiet, pods: [...quiet.pods, ...others] });

    await stopSlot(api, listening, stop);

    expect(api.requests).toContain('ASK prod-0-abc prod-1-abc prod-2-abc');
  });
});
