import { describe, expect, it } from '@jest/globals';
import { desiredInstances } from '../../../src/operator/plan/replicas.ts';
import { poolOf } from './pool-of.ts';

const keeper = (image: string) => ({ profile: 'Keeper' as const, image });

describe('desiredInstances', () => {
  it.each([
    { name: 'all that the cap allows, when replicas is absent', sketch: { max: 3 }, instances: 3 },
    { name: 'what replicas says, within the cap', sketch: { max: 3, replicas: 2 }, instances: 2 },
    { name: 'none, for replicas 0', sketch: { max: 3, replicas: 0 }, instances: 0 },
    { name: 'what external instances leave', sketch: { max: 3, external: 1 }, instances: 2 },
    { name: 'none, when external instances take more than all', sketch: { max: 1, external: 3 }, instances: 0 },
    {
      name: 'all, for a Keeper image that can share',
      sketch: { max: 3, spec: keeper('keeper/gateway:1.8.4') },
      instances: 3,
    },
    {
      name: 'replicas 1 of an old Keeper image without a word',
      sketch: { max: 3, replicas: 1, spec: keeper('k/g:1.7.5') },
      instances: 1,
    },
  ])('wants $name', ({ sketch, instances }) => {
    expect(desiredInstances(poolOf(sketch).pool.spec)).toEqual({ instances, limitedBy: undefined });
  });

  it('clamps replicas to the cap, and says so', () => {
    const { instances, limitedBy } = desiredInstances(poolOf({ max: 3, replicas: 7, external: 1 }).pool.spec);

    expect(instances).toBe(2);
    expect(limitedBy).toBe(
      'replicas is 7, but maxInstances is 3, of which external instances take 1; raise maxInstances to run more',
    );
  });

  it.each([
    { name: 'one', sketch: { max: 3, spec: keeper('keeper/gateway:1.7.5') }, instances: 1 },
    {
      name: 'none beside an external one',
      sketch: { max: 3, external: 1, spec: keeper('keeper/gateway:1.7.5') },
      instances: 0,
    },
  ])('starts $name of a Keeper image that cannot share its configuration, and says so', ({ sketch, instances }) => {
    const desired = desiredInstances(poolOf(sketch).pool.spec);

    expect(desired.instances).toBe(instances);
    expect(desired.limitedBy).toMatch(/older than 1\.7\.6 and cannot share a configuration/u);
  });
});
