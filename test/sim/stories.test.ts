import { describe, expect, it } from '@jest/globals';
import { deleteSlotByHand, editSpec, scaleSlotByHand } from './life/user.ts';
import { running } from './invariants/cap.ts';
import { liveRandomly } from './life/life.ts';
import { simulationOfSeed } from './simulation.ts';
import { chapter, golden, runningPool, told } from './story.ts';

describe('stories of a pool', () => {
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
    const [operator] = pool.operators;
    editSpec(pool.cluster, { maxInstances: 4 });
    const isSeated = (): boolean => pool.cluster.store.last('gate')?.gate.slots.includes('prod-3') ?? false;

    for (let moves = 0; moves < 200 && !isSeated(); moves += 1) {
      const [move] = operator?.moves() ?? [];
      if (move !== undefined) await pool.step(move);
    }
    operator?.crash(0);
    await chapter(pool);

    expect(told(pool)).toBe(golden('operator-killed', pool));
  });

  it('lowers replicas: the surplus is named, and only a person stops it', async () => {
    const pool = await runningPool();

    editSpec(pool.cluster, { replicas: 2 });
    await chapter(pool);
    deleteSlotByHand(pool.cluster, 'prod-2');
    await chapter(pool);

    expect(running(pool.cluster)).toHaveLength(2);
    expect(told(pool)).toBe(golden('replicas-lowered', pool));
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
