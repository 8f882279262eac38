import { describe, expect, it } from '@jest/globals';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { retiringOf } from '../../../src/operator/plan/retirements.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { asked, deploymentOf, podOf, poolOf, slotOf } from './pool-of.ts';

const leaving = (pool: Observation) =>
  retiringOf(pool, seatingOf(pool)).retirements.map(({ slot, cause }) => `${slot.name} ${cause}`);

const listening = { listening: true } as const;
const stopRequested = (number: number) => slotOf(number, { deployment: deploymentOf(number, { stopRequested: true }) });
const unready = (number: number) => slotOf(number, { pods: [podOf(number, { ready: false })] });

describe('instances above replicas', () => {
  it.each([
    { name: 'none while as many run as are wanted', pool: poolOf({ replicas: 3, running: [0, 1, 2] }), who: [] },
    { name: 'none where replicas is absent', pool: poolOf({ max: 1, running: [0, 1, 2] }), who: [] },
    {
      name: 'none because the maximum was lowered, whatever replicas says (G2)',
      pool: poolOf({ max: 1, replicas: 3, running: [0, 1, 2] }),
      who: [],
    },
    {
      name: 'none because external instances take the seats (G2)',
      pool: poolOf({ max: 3, external: 3, replicas: 3, running: [0, 1, 2] }),
      who: [],
    },
    {
      name: 'none because an old Keeper image cannot share its configuration',
      pool: poolOf({ running: [0, 1, 2], spec: { profile: 'Keeper', image: 'keeper/gateway:1.7.5' } }),
      who: [],
    },
    {
      name: 'what replicas asks for while the pool is over a lowered maximum too',
      pool: poolOf({ max: 1, replicas: 2, running: [0, 1, 2] }),
      who: ['prod-2 NotWanted'],
    },
    {
      name: 'the highest number where all are alike',
      pool: poolOf({ replicas: 2, running: [0, 1, 2] }),
      who: ['prod-2 NotWanted'],
    },
    {
      name: 'all of them for replicas 0',
      pool: poolOf({ replicas: 0, running: [0, 1] }),
      who: ['prod-0 NotWanted', 'prod-1 NotWanted'],
    },
    { name: 'none that is stopping already', pool: poolOf({ replicas: 2, running: [0, 1], ending: [2] }), who: [] },
    { name: 'none without a seat', pool: poolOf({ replicas: 2, running: [0, 1, 2], seats: [0, 1] }), who: [] },
    { name: 'none of a paused pool', pool: poolOf({ replicas: 0, running: [0], spec: { paused: true } }), who: [] },
    {
      name: 'one that serves nobody first',
      pool: asked(poolOf({ replicas: 2, running: [1, 2], slots: [unready(0)] })),
      who: ['prod-0 NotWanted'],
    },
    {
      name: 'an idle one before busy ones',
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2], ...listening }), {
        1: { backends: { 'prod-1': 1, 'prod-2': 1 } },
      }),
      who: ['prod-0 NotWanted'],
    },
    {
      name: 'the one with the fewest sessions where all are busy',
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2], ...listening }), {
        0: { backends: { 'prod-0': 3, 'prod-1': 1, 'prod-2': 2 } },
      }),
      who: ['prod-1 NotWanted'],
    },
    {
      name: 'one that drains already, though another has fewer sessions',
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2], draining: [2], ...listening }), {
        0: { backends: { 'prod-0': 1, 'prod-1': 1, 'prod-2': 3 } },
      }),
      who: ['prod-2 NotWanted'],
    },
    {
      name: 'an idle one before one that drains',
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2], draining: [2], ...listening }), {
        0: { backends: { 'prod-0': 1, 'prod-2': 3 } },
      }),
      who: ['prod-1 NotWanted'],
    },
    {
      name: 'not the only one that serves because it is idle, while another drains',
      pool: asked(poolOf({ replicas: 1, running: [0, 1], draining: [1], ...listening }), {
        0: { backends: { 'prod-1': 3 } },
      }),
      who: ['prod-1 NotWanted'],
    },
    {
      name: 'one whose number is not known last',
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2] }), { 0: { sessions: 2 }, 1: { sessions: 1 }, 2: 'silent' }),
      who: ['prod-1 NotWanted'],
    },
  ])('are $name', ({ pool, who }) => {
    expect(leaving(pool)).toEqual(who);
  });
});

describe('instances whose stop was asked for', () => {
  it.each([
    {
      name: 'although they are wanted',
      pool: poolOf({ running: [0, 1], slots: [stopRequested(2)] }),
      who: ['prod-2 StopRequested'],
    },
    {
      name: 'also while the pool is over its maximum',
      pool: poolOf({ max: 1, running: [0, 1], slots: [stopRequested(2)] }),
      who: ['prod-2 StopRequested'],
    },
    {
      name: 'and count as those that replicas asks for',
      pool: poolOf({ replicas: 2, running: [1, 2], slots: [stopRequested(0)] }),
      who: ['prod-0 StopRequested'],
    },
    {
      name: 'besides those that replicas asks for',
      pool: poolOf({ replicas: 1, running: [1, 2], slots: [stopRequested(0)] }),
      who: ['prod-0 StopRequested', 'prod-2 NotWanted'],
    },
  ])('end $name', ({ pool, who }) => {
    expect(leaving(pool)).toEqual(who);
  });

  it('wait without a deadline and take nothing new', () => {
    const pool = poolOf({ running: [0], slots: [stopRequested(1)], ...listening, rollout: { policy: 'Rolling' } });

    const [wish] = retiringOf(pool, seatingOf(pool)).retirements;

    expect(wish).toMatchObject({ deadlineSeconds: null, drains: true, fate: 'stopped' });
  });
});
