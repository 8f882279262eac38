import { describe, expect, it } from '@jest/globals';
import { running } from './invariants/cap.ts';
import { liveRandomly } from './life/life.ts';
import { deleteSlotByHand, editSpec, scaleSlotByHand } from './life/user.ts';
import { simulationOfSeed } from './simulation.ts';
import { chapter, finishWork, golden, runningPool, told, until, work } from './story.ts';

describe('stories of the maximum and of replicas', () => {
  it('lowers the maximum from 3 to 2: nobody is stopped, one instance ends and is not replaced', async () => {
    const pool = await runningPool();

    editSpec(pool.cluster, { maxInstances: 2 });
    await chapter(pool);
    deleteSlotByHand(pool.cluster, 'prod-0');
    await chapter(pool);
    editSpec(pool.cluster, { maxInstances: 3 });
    await chapter(pool);

    expect(told(pool)).toBe(golden('maximum-lowered', pool));
  });

  it('lowers the maximum in the middle of a rollout: the drain is taken back, and the rollout waits', async () => {
    const pool = await runningPool();
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) work(pool, slot);

    editSpec(pool.cluster, { image: 'gateway:1' });
    await chapter(pool);
    editSpec(pool.cluster, { maxInstances: 2 });
    await chapter(pool);
    editSpec(pool.cluster, { maxInstances: 3 });
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) finishWork(pool, slot);
    await chapter(pool);

    expect(told(pool)).toBe(golden('maximum-lowered-in-a-rollout', pool));
  });

  it('lowers replicas: the instance without sessions is stopped', async () => {
    const pool = await runningPool();
    work(pool, 'prod-2');
    work(pool, 'prod-0');

    editSpec(pool.cluster, { replicas: 2 });
    await chapter(pool);

    expect(running(pool.cluster)).toHaveLength(2);
    expect(told(pool)).toBe(golden('replicas-lowered', pool));
  });

  it('lowers replicas while people work, and raises them again: the drain is taken back', async () => {
    const pool = await runningPool();
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) work(pool, slot);

    editSpec(pool.cluster, { replicas: 2 });
    await chapter(pool);
    editSpec(pool.cluster, { replicas: 3 });
    await chapter(pool);

    expect(running(pool.cluster)).toHaveLength(3);
    expect(told(pool)).toBe(golden('replicas-raised-again', pool));
  });
});

describe('stories of slots that somebody changed', () => {
  it('replaces a slot that was deleted by hand while the pool is within its maximum', async () => {
    const pool = await runningPool();

    deleteSlotByHand(pool.cluster, 'prod-1');
    await chapter(pool);

    expect(told(pool)).toBe(golden('slot-deleted', pool));
  });

  it('brings a slot that was scaled to 5 back to one instance, with one gateway all the time', async () => {
    const pool = await runningPool();

    scaleSlotByHand(pool.cluster, 'prod-1', 5);
    await chapter(pool);

    expect(told(pool)).toBe(golden('slot-scaled-to-5', pool));
  });

  it('goes on after the operator was killed between the seat and the Deployment', async () => {
    const pool = await runningPool();
    editSpec(pool.cluster, { maxInstances: 4 });

    await until(pool, () => pool.cluster.store.last('gate')?.gate.slots.includes('prod-3') ?? false);
    pool.operators[0]?.crash(0);
    await chapter(pool);

    expect(told(pool)).toBe(golden('operator-killed', pool));
  });
});

describe('a seed', () => {
  it('tells the same story each time', async () => {
    const tell = async (): Promise<string[]> => {
      const simulation = simulationOfSeed(7);
      await liveRandomly(simulation, 'Everything', 1000);
      return simulation.cluster.log;
    };

    const [first, second] = [await tell(), await tell()];

    expect(first).toEqual(second);
    expect(first.length).toBeGreaterThan(50);
  });
});
