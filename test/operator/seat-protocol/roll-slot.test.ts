import { describe, expect, it } from '@jest/globals';
import type { RollSlot } from '../../../src/operator/plan/actions.ts';
import { rollSlot } from '../../../src/operator/seat-protocol/roll-slot.ts';
import { answerOf, drainOf } from '../plan/pool-of.ts';
import type { Stored } from './recorded-api.ts';
import { liveDeploymentOf, livePodOf, livePoolOf, planned, recordedApi } from './recorded-api.ts';

const good = { revision: 'old', configCopy: 'prod-config-0' };
const roll: RollSlot = {
  action: 'RollSlot',
  slot: 'prod-1',
  uid: 'deployment-of-prod-1',
  resourceVersion: '70',
  podUids: ['pod-of-prod-1'],
  drains: { generation: 30, poolGeneration: 4, draining: [] },
  expectResourceVersion: '600',
  proviso: { othersLeft: { slots: 1, ready: true }, notReady: false },
  mayCut: false,
  to: { kind: 'Current', revision: 'new' },
  lastGood: good,
  reason: 'prod-1 is replaced, it has no sessions: the image or the template changed',
};
const back: RollSlot = { ...roll, to: { kind: 'LastGood', good, failedRevision: 'new' } };

const slots = ['prod-0', 'prod-1'];
const idle = {
  deployments: slots.map((slot) => liveDeploymentOf(slot)),
  pods: slots.map((slot) => livePodOf(slot)),
  answers: { 'pod-of-prod-1': answerOf() },
} satisfies Stored;
const limits = (maxInstances: number) => ({ maxInstances, externalInstances: 0 });
const change = (slot: string, changed: Parameters<typeof livePodOf>[1]) =>
  idle.pods.map((pod) => (pod.slot === slot ? { ...pod, ...changed } : pod));

describe('rollSlot', () => {
  it('counts the seats too before it gives the slot a new template', async () => {
    const api = recordedApi(idle);

    const outcome = await rollSlot(api, planned, roll);

    expect(outcome).toEqual({ done: true });
    expect(api.requests).toEqual([
      'PATCH drains',
      'GET pool',
      'LIST pods',
      'LIST deployments',
      'ASK prod-0-abc prod-1-abc',
      'APPLY prod-1 Current',
    ]);
  });

  it('gives a slot back what it ran before', async () => {
    const api = recordedApi({ ...idle, keptRevisions: ['old'] });

    const outcome = await rollSlot(api, planned, back);

    expect(outcome).toEqual({ done: true });
    expect(api.requests.at(-1)).toBe('APPLY prod-1 LastGood');
  });

  it('notes the failure of a slot that has no way back, so that it is not tried for ever', async () => {
    const api = recordedApi(idle);

    const outcome = await rollSlot(api, planned, back);

    expect(outcome).toEqual({
      done: false,
      reason: 'Deployment prod-1 does not keep the template that it was to go back to',
    });
    expect(api.requests.at(-1)).toBe('NOTE prod-1 new');
  });

  const refused: readonly {
    readonly name: string;
    readonly stored: Stored;
    readonly action?: RollSlot;
    readonly reason: string;
  }[] = [
    {
      name: 'the cap in force is lower than what is there',
      stored: { ...idle, pool: livePoolOf({ limits: limits(3), published: limits(1) }) },
      reason: '2 seats are taken, and maxInstances is 1',
    },
    {
      name: 'a restart of the pool was asked for, which would end it once more',
      stored: { ...idle, pool: livePoolOf({ restart: 'now' }) },
      reason: 'another restart of the pool was asked for',
    },
    {
      name: 'a Deployment came without a pod',
      stored: {
        ...idle,
        deployments: [...idle.deployments, liveDeploymentOf('prod-2')],
        pool: livePoolOf({ limits: limits(2), published: limits(2) }),
      },
      reason: '3 seats are taken, and maxInstances is 2',
    },
    {
      name: 'the other instance is not Ready any more',
      stored: { ...idle, pods: change('prod-0', { ready: false }) },
      reason: 'only 0 of 1 others would be left',
    },
    {
      name: 'it serves, although it was to go because it does not',
      stored: idle,
      action: { ...roll, proviso: { othersLeft: { slots: 0, ready: true }, notReady: true } },
      reason: 'pod prod-1-abc is Ready meanwhile',
    },
    {
      name: 'its sidecar is silent',
      stored: { ...idle, answers: {} },
      reason: 'slot prod-1 is not stopped: the sidecar of pod prod-1-abc does not answer',
    },
    {
      name: 'the deadline is not over, as its own sidecar says',
      stored: { ...idle, answers: { 'pod-of-prod-1': answerOf({ drain: { deadlineReached: false } }) } },
      action: { ...roll, mayCut: true },
      reason: 'slot prod-1 is not stopped: the sidecar of pod prod-1-abc does not say that its deadline is over',
    },
    {
      name: 'its Deployment was changed',
      stored: { ...idle, deployments: [liveDeploymentOf('prod-1', { resourceVersion: '71' })] },
      reason: 'Deployment prod-1 was changed meanwhile',
    },
  ];

  it.each(refused)('changes nothing when $name', async ({ stored, action = roll, reason }) => {
    const api = recordedApi(stored);

    const outcome = await rollSlot(api, planned, action);

    expect(outcome).toEqual({ done: false, reason });
  });

  it('cuts off what is left when the deadline is over', async () => {
    const ordered = { ...drainOf(1), podUid: 'pod-of-prod-1', deadlineSeconds: 60 };
    const drains = { ...roll.drains, draining: [ordered] };
    const over = answerOf({ sessions: 3, drain: { deadlineReached: true } });
    const api = recordedApi({ ...idle, answers: { 'pod-of-prod-1': over } });

    expect(await rollSlot(api, planned, { ...roll, drains, mayCut: true })).toEqual({ done: true });
  });
});
