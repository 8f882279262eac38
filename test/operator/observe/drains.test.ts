import { describe, expect, it } from '@jest/globals';
import { parseDrains } from '../../../src/balancer/drain/drains.ts';
import { observeDrains } from '../../../src/operator/observe/drains.ts';
import type { DrainList } from '../../../src/operator/plan/observation.ts';
import { printDrains } from '../../../src/operator/render/drains.ts';

const list: DrainList = {
  generation: 8,
  poolGeneration: 3,
  draining: [
    {
      slot: 'prod-1',
      podUid: 'u1',
      deadlineSeconds: null,
      since: 7,
      cause: 'Outdated',
      reason: 'replaced: the image changed',
    },
    { slot: 'prod-2', podUid: 'u2', deadlineSeconds: 0, since: 8, cause: 'NotWanted', reason: 'not wanted' },
  ],
};

const poolUid = 'uid-of-the-pool';

const observed = (text: string | undefined): ReturnType<typeof observeDrains> =>
  observeDrains(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'prod-balancer', resourceVersion: '600' },
      data: { 'balancer.yaml': '{}', ...(text === undefined ? {} : { 'drains.yaml': text }) },
    },
    poolUid,
  );

describe('observeDrains', () => {
  it('reads what was written, and the version to compare with', () => {
    expect(observed(printDrains(list, poolUid))).toEqual({ resourceVersion: '600', ...list });
  });

  it('keeps the drains of an earlier pool of the same name, whose generations say nothing of this one', () => {
    const earlier = printDrains({ ...list, poolGeneration: 99 }, 'uid-of-an-earlier-pool');

    expect(observed(earlier)).toEqual({ resourceVersion: '600', ...list, poolGeneration: 0 });
  });

  it.each([
    { name: 'was never written', text: undefined },
    { name: 'is empty', text: '' },
    { name: 'is no YAML', text: '{' },
    { name: 'is of another shape', text: 'draining: 5' },
  ])('orders none when the list $name, and counts on from a number that no list had before', ({ text }) => {
    expect(observed(text)).toEqual({ resourceVersion: '600', generation: 600, poolGeneration: 0, draining: [] });
  });
});

describe('printDrains', () => {
  it('writes what the sidecars read', () => {
    const parsed = parseDrains(printDrains(list, poolUid));

    expect(parsed).toMatchObject({
      ok: true,
      drains: { draining: [{ podUid: 'u1' }, { podUid: 'u2', deadlineSeconds: 0 }] },
    });
  });
});
