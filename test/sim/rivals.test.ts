import { describe, expect, it } from '@jest/globals';
import { connect } from './cluster/clients.ts';
import { findDeployment } from './cluster/cluster.ts';
import { comeToRest, goOn } from './converge.ts';
import { cordon } from './life/nodes.ts';
import { editSpec } from './life/user.ts';
import type { SimOperator } from './operator/operator.ts';
import { randomOf } from './random.ts';
import type { Simulation } from './simulation.ts';
import { poolSpec, simulationOf } from './simulation.ts';
import { finishWork, processOf, work } from './story.ts';

const slots = ['prod-0', 'prod-1', 'prod-2'];

/** A pool of three that runs, and two operators that do not know of each other. */
interface Rivals {
  readonly pool: Simulation;
  readonly slow: SimOperator;
  readonly quick: SimOperator;
}

async function rivals(): Promise<Rivals> {
  // Note: long enough that Kubernetes itself writes nothing into the Deployments meanwhile, which would end a late stop by chance.
  const rollout = { policy: 'OnIdle' as const, minReadySeconds: 120, progressDeadlineSeconds: 600 };
  const pool = simulationOf(randomOf(1), poolSpec({ maxInstances: 3, rollout }), 2);
  pool.cluster.calm = true;
  await comeToRest(pool);
  const [slow, quick] = pool.operators;
  if (slow === undefined || quick === undefined) throw new Error('there are two of them');
  return { pool, slow, quick };
}

/** People work in every instance; one of them is to end, drains, and then its work is done. Returns its slot. */
async function drainOne(pool: Simulation, wish: Parameters<typeof editSpec>[1]): Promise<string> {
  for (const slot of slots) work(pool, slot);
  editSpec(pool.cluster, wish);
  await goOn(pool, 20);
  const [drain] = pool.cluster.store.last('drains')?.draining ?? [];
  finishWork(pool, drain?.slot ?? '');
  return drain?.slot ?? '';
}

/** One operator goes on until this holds, and everybody else stands still. */
async function alone(pool: Simulation, operator: SimOperator, holds: () => boolean): Promise<void> {
  for (let moves = 0; moves < 300 && !holds(); moves += 1) {
    const [move] = operator.moves();
    if (move !== undefined) await pool.step(move);
  }
}

/** All but one operator go on. */
async function without(pool: Simulation, asleep: SimOperator, seconds: number): Promise<void> {
  await goOn({ ...pool, operators: pool.operators.filter((operator) => operator !== asleep) }, seconds);
}

/** Clients come in through another instance. Returns how many of them are now in this one. */
function clientsIn({ cluster }: Simulation, slot: string, through: string, clients: number): number {
  for (let client = 0; client < clients; client += 1) connect(cluster, through);
  return cluster.sessions.filter(({ gateway }) => cluster.processes.get(gateway)?.slot === slot).length;
}

function other(pool: Simulation, slot: string): string {
  return processOf(pool, slot === 'prod-0' ? 'prod-1' : 'prod-0').podUid;
}

describe('an operator that falls asleep right before it stops an instance', () => {
  it('stops nobody when its rival has taken the drain back, and people work there again', async () => {
    const { pool, slow } = await rivals();
    const slot = await drainOne(pool, { replicas: 2 });
    await alone(pool, slow, () => slow.isAboutToStop());
    const wasAboutToStop = slow.isAboutToStop();

    editSpec(pool.cluster, { replicas: 3 });
    await without(pool, slow, 20);
    const sessions = clientsIn(pool, slot, other(pool, slot), 6);
    await alone(pool, slow, () => !slow.isBusy());

    expect(wasAboutToStop).toBe(true);
    expect(sessions).toBeGreaterThan(0);
    expect(findDeployment(pool.cluster, slot)).toBeDefined();
  });

  it('has its way when its rival was about to take the drain back and comes second: nobody comes in between', async () => {
    const { pool, slow, quick } = await rivals();
    const { cluster } = pool;
    const slot = await drainOne(pool, { image: 'gateway:1' });
    const before = findDeployment(cluster, slot)?.resourceVersion;
    slow.caches.freeze('cordoned');
    cordon(cluster, processOf(pool, slot).node === 'node-a' ? 'node-b' : 'node-a');
    await alone(pool, quick, () => findDeployment(cluster, slot)?.resourceVersion !== before);
    const touched = findDeployment(cluster, slot)?.resourceVersion !== before;

    await alone(pool, slow, () => slow.isAboutToStop());
    const wasAboutToStop = slow.isAboutToStop();
    await alone(pool, quick, () => !quick.isBusy());
    await goOn({ ...pool, operators: [] }, 6);
    const sessions = clientsIn(pool, slot, other(pool, slot), 6);
    await alone(pool, slow, () => !slow.isBusy());

    expect([touched, wasAboutToStop]).toEqual([true, true]);
    expect(sessions).toBe(0);
    expect(findDeployment(cluster, slot)?.template.image).toBe('gateway:1');
  });
});

describe('a sidecar that lags', () => {
  it('does not confirm a drain by an older order of the same pod, which was taken back since', async () => {
    const { pool, slow } = await rivals();
    const { cluster } = pool;
    const slot = await drainOne(pool, { replicas: 2 });
    const lagging = [...cluster.processes.values()].find(({ podUid }) => podUid === other(pool, slot));
    const old = lagging?.seenDrains ?? 0;
    work(pool, slot);
    editSpec(cluster, { replicas: 3 });
    await goOn(pool, 20);
    editSpec(cluster, { replicas: 2 });
    await goOn(pool, 20);
    finishWork(pool, slot);
    const again = cluster.store.last('drains')?.draining.map((drain) => drain.slot);

    if (lagging !== undefined) lagging.seenDrains = old;
    await alone(pool, slow, () => slow.isAboutToStop());

    expect(again).toEqual([slot]);
    expect(slow.isAboutToStop()).toBe(false);
  });
});
