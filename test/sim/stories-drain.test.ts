import { describe, expect, it } from '@jest/globals';
import { goOn } from './converge.ts';
import { killSidecar } from './cluster/kubelet.ts';
import { running } from './invariants/cap.ts';
import { cutOff, drainNode, nodeControllerMoves, reboot, uncordon } from './life/nodes.ts';
import { askForStop, deletePodByHand, editSpec } from './life/user.ts';
import { chapter, finishWork, golden, processOf, runningPool, told, until, work } from './story.ts';

describe('stories of drains', () => {
  it('stops a surplus by an annotation: it drains first, and is not replaced', async () => {
    const pool = await runningPool();
    work(pool, 'prod-1', 'prod-0');

    editSpec(pool.cluster, { maxInstances: 2 });
    await chapter(pool);
    askForStop(pool.cluster, 'prod-1');
    await chapter(pool);
    finishWork(pool, 'prod-1');
    await chapter(pool);

    expect(running(pool.cluster)).toHaveLength(2);
    expect(told(pool)).toBe(golden('surplus-stopped', pool));
  });

  it('counts a sidecar that does not answer as busy, and names it', async () => {
    const pool = await runningPool();
    processOf(pool, 'prod-1').silent = true;

    editSpec(pool.cluster, { replicas: 2 });
    await chapter(pool);
    processOf(pool, 'prod-1').silent = false;
    await chapter(pool);

    expect(running(pool.cluster)).toHaveLength(2);
    expect(told(pool)).toBe(golden('sidecar-silent', pool));
  });

  it('goes on after the operator was killed between the drain and the stop', async () => {
    const pool = await runningPool();
    const isOrdered = (): boolean => pool.cluster.store.last('drains')?.draining.length === 1;

    editSpec(pool.cluster, { replicas: 2 });
    await until(pool, isOrdered);
    pool.operators[0]?.crash(0);
    await chapter(pool);

    expect(running(pool.cluster)).toHaveLength(2);
    expect(told(pool)).toBe(golden('operator-killed-in-a-drain', pool));
  });

  it('is paused in the middle of a drain: it is taken back, and its deadline begins anew afterwards', async () => {
    const rollout = { policy: 'Rolling' as const, minReadySeconds: 5, progressDeadlineSeconds: 60 };
    const pool = await runningPool({ rollout, drain: { deadlineSeconds: 30, hook: 'Sidecar' } });
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) work(pool, slot);
    const isOrdered = (): boolean => pool.cluster.store.last('drains')?.draining.length === 1;

    editSpec(pool.cluster, { image: 'gateway:1' });
    await until(pool, isOrdered);
    editSpec(pool.cluster, { paused: true });
    await chapter(pool);
    await goOn(pool, 40);
    editSpec(pool.cluster, { paused: false });
    await goOn(pool, 10);

    expect(pool.cluster.sessions).toHaveLength(3);
    expect(told(pool)).toBe(golden('paused-in-a-drain', pool));
  });

  it('loses a node while an instance on it drains: what was on it is lost, and nobody else is cut', async () => {
    const pool = await runningPool();
    const { cluster } = pool;
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) work(pool, slot);
    editSpec(cluster, { replicas: 2 });
    await chapter(pool);
    const [drain] = cluster.store.last('drains')?.draining ?? [];
    const node = processOf(pool, drain?.slot ?? '').node;

    cutOff(cluster, node);
    for (const mark of nodeControllerMoves(cluster)) await pool.step(mark);
    await chapter(pool);
    for (const evict of nodeControllerMoves(cluster)) await pool.step(evict);
    await chapter(pool);
    reboot(cluster, node);
    await chapter(pool);

    expect(told(pool)).toBe(golden('node-lost-in-a-drain', pool));
  });

  it('evicts the instances of a node: each goes on until its sessions are over', async () => {
    const pool = await runningPool();
    for (const slot of ['prod-0', 'prod-1', 'prod-2']) work(pool, slot);
    const { node } = processOf(pool, 'prod-1');

    drainNode(pool.cluster, node);
    await goOn(pool, 10);
    finishWork(pool, 'prod-1');
    await goOn(pool, 20);
    finishWork(pool, 'prod-2');
    await chapter(pool);
    uncordon(pool.cluster, node);
    await chapter(pool);

    expect(told(pool)).toBe(golden('node-drained', pool));
  });

  it('cuts the sessions of a deleted pod at the deadline that the user set, not before', async () => {
    const pool = await runningPool();
    work(pool, 'prod-1', 'prod-0');
    work(pool, 'prod-2', 'prod-1');

    deletePodByHand(pool.cluster, processOf(pool, 'prod-1').podUid);
    await goOn(pool, 80);
    await chapter(pool);

    expect(told(pool)).toBe(golden('pod-deleted', pool));
  });

  it('loses the sessions of an ending pod whose sidecar is killed, and says so', async () => {
    const pool = await runningPool();
    work(pool, 'prod-1', 'prod-0');

    deletePodByHand(pool.cluster, processOf(pool, 'prod-1').podUid);
    await goOn(pool, 6);
    killSidecar(pool.cluster, processOf(pool, 'prod-1'));
    await chapter(pool);

    expect(told(pool)).toBe(golden('sidecar-killed-in-the-wait', pool));
  });
});
