import { describe, expect, it } from '@jest/globals';
import { gateStep } from '../../../src/operator/plan/gate-step.ts';
import { gateSettleMilliseconds } from '../../../src/operator/plan/gate.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { publishStep } from '../../../src/operator/plan/publish.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { poolOf } from './pool-of.ts';

const published = (pool: Observation) => publishStep(pool, gateStep(pool, seatingOf(pool)));

const nothing = { publish: undefined, waitMilliseconds: undefined };
const now = (maxInstances: number, externalInstances = 0) => ({
  publish: { maxInstances, externalInstances, onlyIfAllStarted: false },
  waitMilliseconds: undefined,
});
const lowered = { max: 2, published: { max: 3 }, gateAgeMilliseconds: 0 } as const;

describe('publishStep', () => {
  it.each([
    { name: 'says nothing new when the status shows it', pool: poolOf({ running: [0, 1, 2] }), step: nothing },
    {
      name: 'shows a raise once the gate obeys its generation',
      pool: poolOf({ max: 3, running: [0, 1], published: { max: 2 }, gate: { maxInstances: 2 } }),
      step: now(3),
    },
    {
      name: 'shows a raise together with that step',
      pool: poolOf({ max: 3, running: [0, 1], published: { max: 2 }, gate: { maxInstances: 2, poolGeneration: 3 } }),
      step: now(3),
    },
    {
      name: 'shows a lower cap that the seats fit under',
      pool: poolOf({ max: 2, running: [0, 1], published: { max: 3 } }),
      step: now(2),
    },
    {
      name: 'shows more external instances that fit',
      pool: poolOf({ max: 3, external: 1, running: [0, 1], published: { max: 3, external: 0 } }),
      step: now(3, 1),
    },
    {
      name: 'waits for a gate that is being made',
      pool: poolOf({ max: 3, gate: 'absent', published: 'nothing' }),
      step: nothing,
    },
    {
      name: 'shows the first cap after the first starts',
      pool: poolOf({ max: 2, starting: [0, 1], published: 'nothing' }),
      step: now(2),
    },
    {
      name: 'shows a lower cap below the seats when the gate was closed for long enough',
      pool: poolOf({ ...lowered, running: [0, 1], starting: [2], gateAgeMilliseconds: gateSettleMilliseconds }),
      step: now(2),
    },
    {
      name: 'waits before that: a start may be under way',
      pool: poolOf({ ...lowered, running: [0, 1], starting: [2], gateAgeMilliseconds: 4000 }),
      step: { publish: undefined, waitMilliseconds: gateSettleMilliseconds - 4000 },
    },
    {
      name: 'shows it at once if a live list proves that all run',
      pool: poolOf({ ...lowered, running: [0, 1, 2] }),
      step: {
        publish: { maxInstances: 2, externalInstances: 0, onlyIfAllStarted: true },
        waitMilliseconds: gateSettleMilliseconds,
      },
    },
    {
      name: 'counts from the new Hold, not from the age of the gate before it',
      pool: poolOf({
        ...lowered,
        running: [0, 1],
        starting: [2],
        gateAgeMilliseconds: 99_000,
        gate: { mode: 'SelfHeal', maxInstances: 3, poolGeneration: 3 },
      }),
      step: { publish: undefined, waitMilliseconds: gateSettleMilliseconds },
    },
    {
      name: 'shows a raise that still leaves a surplus without waiting',
      pool: poolOf({
        max: 3,
        running: [0, 1, 2],
        starting: [3],
        published: { max: 2 },
        gate: { maxInstances: 2 },
        gateAgeMilliseconds: 0,
      }),
      step: now(3),
    },
    {
      name: 'shows nothing while the gate is half rebuilt',
      pool: poolOf({ max: 2, running: [0], published: { max: 3 }, gate: { rebuilding: true } }),
      step: nothing,
    },
  ])('$name', ({ pool, step }) => {
    expect(published(pool)).toEqual(step);
  });
});
