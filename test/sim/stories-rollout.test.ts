import { describe, expect, it } from '@jest/globals';
import { goOn } from './converge.ts';
import { editSpec, rolloutRestart, rotateConfig } from './life/user.ts';
import { chapter, finishWork, golden, runningPool, told, work } from './story.ts';

const rolling = { policy: 'Rolling' as const, minReadySeconds: 5, progressDeadlineSeconds: 60 };

describe('stories of rollouts', () => {
  it('replaces one instance after the other, and waits for the sessions of each', async () => {
    const pool = await runningPool();
    work(pool, 'prod-0', 'prod-1');

    editSpec(pool.cluster, { image: 'gateway:1' });
    await chapter(pool);
    finishWork(pool, 'prod-0');
    await chapter(pool);

    expect(told(pool)).toBe(golden('rollout', pool));
  });

  it('goes back from an image that does not exist, and leaves the others alone', async () => {
    const pool = await runningPool({ rollout: { ...rolling, policy: 'OnIdle' } });

    editSpec(pool.cluster, { image: 'gateway:absent' });
    await goOn(pool, 100);
    await chapter(pool);
    editSpec(pool.cluster, { image: 'gateway:2' });
    await chapter(pool);

    expect(told(pool)).toBe(golden('image-missing', pool));
  });

  it('rotates the configuration twice while a drain waits: the newest one wins, and the drain goes on', async () => {
    const pool = await runningPool();
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) work(pool, slot);

    rotateConfig(pool.cluster);
    await chapter(pool);
    rotateConfig(pool.cluster);
    await chapter(pool);
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) finishWork(pool, slot);
    await chapter(pool);

    expect(told(pool)).toBe(golden('config-rotated-twice', pool));
  });

  it('cuts sessions at the deadline where the policy is Rolling', async () => {
    const pool = await runningPool({ rollout: rolling, drain: { deadlineSeconds: 30, hook: 'Sidecar' } });
    work(pool, 'prod-2');
    work(pool, 'prod-2', 'prod-0');
    for (const slot of ['prod-0', 'prod-1']) work(pool, slot);

    editSpec(pool.cluster, { image: 'gateway:1' });
    await goOn(pool, 70);
    for (const slot of ['prod-0', 'prod-1']) finishWork(pool, slot);
    await chapter(pool);

    expect(told(pool)).toBe(golden('rolling-deadline', pool));
  });

  it('replaces the only instance of a pool when nobody works in it', async () => {
    const pool = await runningPool({ maxInstances: 1 });
    work(pool, 'prod-0');

    editSpec(pool.cluster, { image: 'gateway:1' });
    await chapter(pool);
    finishWork(pool, 'prod-0');
    await chapter(pool);

    expect(told(pool)).toBe(golden('pool-of-one', pool));
  });

  it('lets kubectl rollout restart be: Kubernetes ends the pod, and its sessions go on until then', async () => {
    const pool = await runningPool();
    work(pool, 'prod-1', 'prod-0');

    rolloutRestart(pool.cluster, 'prod-1');
    await goOn(pool, 20);
    finishWork(pool, 'prod-1');
    await chapter(pool);

    expect(told(pool)).toBe(golden('rollout-restart', pool));
  });

  it('upgrades the operator: no pod restarts, and the new sidecar comes with the next rollout', async () => {
    const pool = await runningPool();

    pool.operators[0]?.upgrade('balancer:2');
    await chapter(pool);
    editSpec(pool.cluster, { image: 'gateway:1' });
    await chapter(pool);

    expect(told(pool)).toBe(golden('sidecar-upgrade', pool));
  });
});
