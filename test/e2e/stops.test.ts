import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, eventuallySeen } from '../harness/eventually.ts';
import { kubectl, tryKubectl } from '../harness/kubectl.ts';
import { type PoolPod, podsOfPool } from '../harness/pods.ts';
import { isReady, patchPool, type Pool, waitForPool } from '../harness/pools.ts';
import { closeSshSessions, listSshSessions, openSshSessions } from '../harness/ssh-sessions.ts';
import { cluster, type Environment, prepareEnvironment, runBastionPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;
const pool = 'bastion';
const person = 'ada';
/** Within this time an idle instance is stopped; who waits longer waits for a session. */
const idleStopSeconds = 40;
/** Long enough for the operator and the kubelet to do what they must not do. */
const temptationMilliseconds = 3000;

const pods = () => podsOfPool(environment.namespace, pool);
const podOf = async (slot: string) => (await pods()).find((pod) => pod.slot === slot);
const waitFor = (what: string, seconds: number, holds: (seen: Pool) => boolean) =>
  waitForPool(environment.namespace, pool, what, seconds, holds);
const slotState = (seen: Pool, slot: string) => seen.status.slots?.find(({ name }) => name === slot)?.state;
const kubectlHere = (...args: readonly string[]) => kubectl([...args, '-n', environment.namespace]);

const isAlive = async () => {
  const sessions = await listSshSessions(environment.client, person);
  return sessions.length === 1 && sessions.every(({ alive }) => alive);
};

/** The pod in which the person works, and through whose sidecar the session runs: nothing else is busy. */
let busy: PoolPod;

/** The person logs in, until the session enters and ends in the same pod. */
async function logIn(): Promise<void> {
  const [first] = await pods();
  if (first === undefined) throw new Error('the pool has no pod');
  const target = { host: first.address, port: 15100, count: 1 };
  // Rotation: one of so many sessions through one sidecar stays in its own pod.
  busy = await eventually('a session stays in the pod that it entered', 40, async () => {
    const [session] = await openSshSessions(environment.client, { ...target, prefix: person });
    if (session?.instance === first.slot) return first;
    await closeSshSessions(environment.client, person);
    return undefined;
  });
}

const logOut = () => closeSshSessions(environment.client, person);

/** What a pod that was asked to end does: with the session for a while, and once the person has logged out. */
async function watchTheEnd(pod: PoolPod): Promise<{ stayed: boolean; sessionLived: boolean }> {
  const isThere = (seen: readonly PoolPod[]) => seen.some(({ uid }) => uid === pod.uid);
  await sleep(temptationMilliseconds);
  const [stayed, sessionLived] = [isThere(await pods()), await isAlive()];

  await logOut();

  await eventuallySeen(`pod ${pod.name} is gone`, 60, pods, (seen) => !isThere(seen));
  return { stayed, sessionLived };
}

const endedAfterTheSession = { stayed: true, sessionLived: true };

/** It asks again for the end of a preStop hook that it had been waiting for. */
async function restartKubelet(node: string): Promise<void> {
  await cluster('stop-component', `${node}-kubelet`);
  await cluster('start-component', `${node}-kubelet`);
  // The client may be on that node, and a kubelet that has just started does not know its pods yet.
  await eventually('the client can be reached', 60, async () => {
    const { code } = await tryKubectl(['exec', '-n', environment.namespace, 'client', '--', 'true']);
    return code === 0;
  });
}

beforeAll(async () => {
  environment = await prepareEnvironment('stops');
  await runBastionPool(environment, pool, 3, { replicas: 3, rollout: { minReadySeconds: 1 } });
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

beforeEach(async () => {
  await waitFor('Ready', 60, isReady);
  await logIn();
}, 100_000);

afterEach(logOut);

describe('lowering replicas', () => {
  it('stops the idle ones first, drains a busy one, and takes the request back when replicas goes up again', async () => {
    await patchPool(environment.namespace, pool, { replicas: 1 });
    await waitFor('only the busy one is left', idleStopSeconds, ({ status }) => status.replicas === 1);
    await eventuallySeen('the pods of the others are gone', 40, pods, ({ length }) => length === 1);
    expect((await pods()).map(({ uid }) => uid)).toEqual([busy.uid]);

    await patchPool(environment.namespace, pool, { replicas: 0 });
    await waitFor('the busy one drains', 20, (seen) => slotState(seen, busy.slot) === 'Draining');
    await sleep(temptationMilliseconds);
    expect(await isAlive()).toBe(true);

    await patchPool(environment.namespace, pool, { replicas: 3 });
    await waitFor('three Ready', 60, ({ status }) => status.readyInstances === 3 && status.drainingInstances === 0);
    expect(await isAlive()).toBe(true);
    expect((await pods()).map(({ uid }) => uid)).toContain(busy.uid);
  }, 240_000);
});

describe('an instance in which somebody works', () => {
  it('ends after the session, and starts again, when its Deployment has the stop annotation', async () => {
    await kubectlHere('annotate', `deployment/${busy.slot}`, 'pam.gatewaypool.io/stop=for maintenance');

    await waitFor('it drains', 20, (seen) => slotState(seen, busy.slot) === 'Draining');
    expect(await watchTheEnd(busy)).toEqual(endedAfterTheSession);
    await waitFor('it is back', 60, isReady);
    expect(await podOf(busy.slot)).toMatchObject({ gatewayRuns: true });
  }, 240_000);

  const nothing = async () => {};

  it.each([
    { how: 'its pod is deleted', command: () => ['delete', 'pod', busy.name, '--wait=false'], meanwhile: nothing },
    {
      how: 'its pod is deleted and the kubelet restarts meanwhile',
      command: () => ['delete', 'pod', busy.name, '--wait=false'],
      meanwhile: () => restartKubelet(busy.node),
    },
    { how: 'its Deployment is deleted', command: () => ['delete', 'deployment', busy.slot], meanwhile: nothing },
    {
      how: 'its Deployment is scaled to 0',
      command: () => ['scale', 'deployment', busy.slot, '--replicas=0'],
      meanwhile: nothing,
    },
  ])(
    'ends after the session when $how',
    async ({ command, meanwhile }) => {
      await kubectlHere(...command());
      await eventuallySeen('the pod is told to end', 30, pods, (seen) => {
        return seen.some(({ uid, terminating }) => uid === busy.uid && terminating);
      });

      await meanwhile();

      expect(await watchTheEnd(busy)).toEqual(endedAfterTheSession);
    },
    240_000,
  );
});

describe('a pool that is scaled to 0', () => {
  it('ends with its last session', async () => {
    await kubectlHere('scale', `gwp/${pool}`, '--replicas=0');
    await waitFor('only the busy one is left', idleStopSeconds, ({ status }) => status.replicas === 1);

    expect(await watchTheEnd(busy)).toEqual(endedAfterTheSession);

    const seen = await waitFor('no instance', 20, ({ status }) => status.occupiedSeats === 0);
    expect(seen.status.replicas).toBe(0);
  }, 240_000);
});
