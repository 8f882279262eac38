import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeBastionConfig } from '../harness/bastion-config.ts';
import { eventually } from '../harness/eventually.ts';
import { images, nextImages } from '../harness/images.ts';
import { installOperator } from '../harness/install.ts';
import { applyYaml } from '../harness/kubectl.ts';
import { configSecretManifest } from '../harness/manifests.ts';
import { drainNode, uncordon } from '../harness/nodes.ts';
import { type PoolPod, podsOfPool } from '../harness/pods.ts';
import { conditionOf, getPool, isReady, patchPool, waitForPool } from '../harness/pools.ts';
import { closeSshSessions, listSshSessions, openSshSessions, type SshSession } from '../harness/ssh-sessions.ts';
import {
  type Environment,
  operatorNamespace,
  prepareEnvironment,
  runBastionPool,
  setUpMilliseconds,
} from './environment.ts';

let environment: Environment;
const pool = 'bastion';
const people = ['ada', 'bela', 'cleo', 'dora'] as const;

/** Where all sessions enter; its node runs another instance too, and a second node the third. */
let entry: PoolPod;
let sessions: ReadonlyMap<string, SshSession>;
/** The pods as they were when people logged in. */
let before: readonly PoolPod[];

const alive = async () => {
  const all = await Promise.all(people.map((person) => listSshSessions(environment.client, person)));
  return all.flat().filter((session) => session.alive).length;
};
const pods = () => podsOfPool(environment.namespace, pool);
const patch = (spec: object) => patchPool(environment.namespace, pool, spec);
const waitFor = (what: string, seconds: number, holds: Parameters<typeof waitForPool>[4]) =>
  waitForPool(environment.namespace, pool, what, seconds, holds);

/** Who works, and in which very processes. */
const look = async () => ({ alive: await alive(), pods: (await pods()).map(identity) });
const identity = ({ uid, restarts, terminating }: PoolPod) => ({ uid, restarts, terminating });
const asBefore = () => ({ alive: people.length, pods: before.map(identity) });

/** The two that share a node, and the third. */
function byNode(all: readonly PoolPod[]): readonly [PoolPod, PoolPod, PoolPod] {
  for (const first of all) {
    const neighbour = all.find(({ node, uid }) => node === first.node && uid !== first.uid);
    const far = all.find(({ node }) => node !== first.node);
    if (neighbour !== undefined && far !== undefined) return [first, neighbour, far];
  }
  throw new Error(`three instances on two nodes, please: ${all.map(({ node }) => node).join(', ')}`);
}

/** Rotation leads to the wanted instance with one of three logins. */
const logIn = (person: string, slot: string) =>
  eventually(`${person} works in ${slot}`, 30, async () => {
    const target = { host: entry.address, port: 15100, prefix: person, count: 1 };
    const [session] = await openSshSessions(environment.client, target);
    if (session?.instance === slot) return session;
    await closeSshSessions(environment.client, person);
    return undefined;
  });

beforeAll(async () => {
  environment = await prepareEnvironment('nobody-is-cut');
  await runBastionPool(environment, pool, 3, { rollout: { minReadySeconds: 1 } });
  before = await pods();
  const [first, neighbour, far] = byNode(before);
  entry = first;
  // Two in the neighbour: so the rollout will choose the far one, and has to change its mind when the node is drained.
  const slots = { ada: first.slot, bela: neighbour.slot, cleo: far.slot, dora: neighbour.slot };
  const opened = new Map<string, SshSession>();
  for (const person of people) opened.set(person, await logIn(person, slots[person]));
  sessions = opened;
}, setUpMilliseconds);

afterAll(async () => {
  await uncordon(entry.node);
  await environment.dispose();
}, 60_000);

/** The steps build on each other: they are one bad day of people who only want to work. */
describe('SSH sessions in three instances', () => {
  it('were taken by three instances', () => {
    expect(new Set([...sessions.values()].map(({ instance }) => instance)).size).toBe(3);
  });

  it('stay open when the maximum goes down to 2', async () => {
    await patch({ maxInstances: 2 });

    await waitFor('one over the maximum', 30, ({ status }) => status.surplusInstances === 1);
    expect(await look()).toEqual(asBefore());
  });

  it('stay open when the operator is upgraded, and the pool says that newer sidecars wait', async () => {
    await installOperator(operatorNamespace, nextImages.product);

    const upgraded = await waitFor('sidecars wait', 60, (seen) => {
      return /sidecar/i.test(conditionOf(seen, 'RollingOut')?.message ?? '');
    });
    expect(conditionOf(upgraded, 'RollingOut')).toMatchObject({ status: 'False', reason: 'UpToDate' });
    expect(await look()).toEqual(asBefore());
  }, 150_000);

  it('stay open when the configuration rotates', async () => {
    const rotated = `# rotated\n${await makeBastionConfig(environment.client)}`;
    await applyYaml(environment.namespace, configSecretManifest(`${pool}-config`, rotated));

    const seen = await waitFor('all instances are outdated', 30, ({ status }) => status.updatedInstances === 0);
    expect(conditionOf(seen, 'RollingOut')?.message).toMatch(/maximum/);
    expect(await look()).toEqual(asBefore());
  }, 40_000);

  it('stay open when the image changes: one instance takes no new sessions, and waits', async () => {
    await patch({ maxInstances: 3, image: nextImages.ssh });

    const seen = await waitFor('one instance drains', 30, ({ status }) => status.drainingInstances === 1);
    const draining = seen.status.slots?.find(({ state }) => state === 'Draining')?.name;
    const others = before.map(({ slot }) => slot).filter((slot) => slot !== draining);
    const target = { host: entry.address, port: 15100, prefix: 'visitor', count: 4 };
    const visitors = await openSshSessions(environment.client, target);
    expect([...new Set(visitors.map(({ instance }) => instance))].sort()).toEqual(others);
    await closeSshSessions(environment.client, 'visitor');
    expect(await look()).toEqual(asBefore());
  }, 60_000);

  it('stay open while their node is drained, and its pods end after the sessions that need them', async () => {
    const onNode = before.filter(({ node }) => node === entry.node);
    const draining = drainNode(entry.node, pool, 90);
    await eventually('a pod of the node is told to end', 40, async () => {
      const now = await pods();
      if (now.some(({ uid, terminating }) => terminating && onNode.some((pod) => pod.uid === uid))) return true;
      throw new Error(
        (await getPool(environment.namespace, pool)).status.slots?.map(({ reason }) => reason).join('; '),
      );
    });
    // Long enough for a pod without sessions to be gone.
    await sleep(5000);
    expect(await alive()).toBe(people.length);
    expect((await pods()).map(({ uid }) => uid)).toEqual(expect.arrayContaining(before.map(({ uid }) => uid)));

    // The entry's own session ends first: the entry has to stay for those that pass through it.
    await closeSshSessions(environment.client, 'ada');
    await sleep(5000);
    expect(await alive()).toBe(people.length - 1);
    expect((await pods()).map(({ uid }) => uid)).toContain(entry.uid);

    for (const person of people) await closeSshSessions(environment.client, person);
    const drained = await draining;
    expect(drained.code).toBe(0);
    expect((await pods()).filter(({ uid }) => onNode.some((pod) => pod.uid === uid))).toEqual([]);
  }, 150_000);

  it('leave three instances of the new image behind', async () => {
    await uncordon(entry.node);

    await waitFor('three new ones', 90, (seen) => seen.status.updatedInstances === 3 && isReady(seen));
    expect((await pods()).map(({ slot, image }) => ({ slot, image }))).toEqual(
      before.map(({ slot }) => ({ slot, image: nextImages.ssh })),
    );
    expect(images.ssh).not.toBe(nextImages.ssh);
  }, 100_000);
});
