import { describe, expect, it } from '@jest/globals';
import { lastGoodOf, revisionsToRemember } from '../../../src/operator/plan/good-revision.ts';
import { slotsOf } from '../../../src/operator/plan/slots.ts';
import { deploymentOf, poolOf, slotOf } from './pool-of.ts';

const before = { revision: 'old', configCopy: 'prod-config-0' };
const current = { revision: 'new', configCopy: 'prod-config-1' };

describe('lastGoodOf', () => {
  it.each([
    { name: 'what is available in it', deployment: { lastGood: before }, good: current },
    {
      name: 'what it ran before, while the new one is not available',
      deployment: { available: false, lastGood: before },
      good: before,
    },
    { name: 'nothing, of a slot in which nothing was available', deployment: { available: false }, good: undefined },
    {
      name: 'what it ran before, when somebody removed its annotation',
      deployment: { revision: '', lastGood: before },
      good: before,
    },
  ])('is $name', ({ deployment, good }) => {
    expect(lastGoodOf(deploymentOf(0, deployment))).toEqual(good);
  });
});

describe('revisionsToRemember', () => {
  it.each([
    { name: 'one that became available after a roll', deployment: { lastGood: before }, notes: [current] },
    {
      name: 'one that is about to be replaced, before its drain makes it unavailable',
      deployment: { ...before },
      notes: [before],
    },
    { name: 'none that is noted already', deployment: { lastGood: current }, notes: [] },
    { name: 'none that is not available yet', deployment: { available: false, lastGood: before }, notes: [] },
    { name: 'none of a slot that was never rolled, which would cost a write for each', deployment: {}, notes: [] },
    { name: 'none of a slot that is being deleted', deployment: { deleting: true, lastGood: before }, notes: [] },
  ])('notes $name', ({ deployment, notes }) => {
    const pool = poolOf({ slots: [slotOf(0, { deployment: deploymentOf(0, deployment) })] });

    expect(revisionsToRemember(slotsOf(pool), pool.pool.revision).map(({ lastGood }) => lastGood)).toEqual(notes);
  });
});
