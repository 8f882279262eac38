import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, eventuallySeen } from '../harness/eventually.ts';
import { kubectl, tryKubectl } from '../harness/kubectl.ts';
import { podsOfPool } from '../harness/pods.ts';
import { conditionOf, getPool, waitForPool } from '../harness/pools.ts';
import { closeSshSessionsOf, listSshSessions, openSshSessions } from '../harness/ssh-sessions.ts';
import { type Environment, prepareEnvironment, runBastionPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;
const pool = 'bastion';

const patch = (spec: object) =>
  tryKubectl(['patch', 'gwp', pool, '-n', environment.namespace, '--type', 'merge', '-p', JSON.stringify({ spec })]);

const sessionsAlive = async () =>
  (await listSshSessions(environment.client, 'people')).filter(({ alive }) => alive).length;

beforeAll(async () => {
  environment = await prepareEnvironment('lowered-cap');
  await runBastionPool(environment, pool, 3);
  // One session on each instance, all through the sidecar of slot 0, which nobody stops in this file.
  const [entry] = await podsOfPool(environment.namespace, pool);
  await openSshSessions(environment.client, { host: entry?.address ?? '', port: 15100, prefix: 'people', count: 3 });
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

/** The steps build on each other: they tell the story of one pool. */
describe('lowering the maximum while people work', () => {
  it('makes kubectl itself print a warning, and stores the change', async () => {
    const patched = await patch({ maxInstances: 2 });

    expect(patched.code).toBe(0);
    expect(patched.stderr).toContain('Warning:');
    expect(patched.stderr).toContain('maxInstances 2');
    expect((await getPool(environment.namespace, pool)).spec.maxInstances).toBe(2);
  });

  it('sets CapExceeded and says so in one line', async () => {
    const exceeded = await waitForPool(environment.namespace, pool, 'over its maximum', 30, (seen) => {
      return conditionOf(seen, 'CapExceeded')?.status === 'True';
    });

    expect(exceeded.status).toMatchObject({ maxInstances: 2, surplusInstances: 1, readyInstances: 3 });
    expect(exceeded.status.summary).toBe('1 over the maximum');
  });

  it('records one Warning Event', async () => {
    const notes = await eventually('the Event', 20, async () => {
      const fields = '--field-selector=type=Warning,reason=SurplusInstances';
      const output = await kubectl(['get', 'events.events.k8s.io', '-n', environment.namespace, fields, '-o', 'name']);
      const lines = output
        .trim()
        .split('\n')
        .filter((line) => line !== '');
      return lines.length > 0 ? lines : undefined;
    });

    expect(notes).toHaveLength(1);
  });

  it('stops nobody', async () => {
    expect(await sessionsAlive()).toBe(3);
    expect((await podsOfPool(environment.namespace, pool)).map(({ restarts }) => restarts)).toEqual([0, 0, 0]);
  });

  it('stops nobody when the operator starts anew either', async () => {
    await kubectl(['rollout', 'restart', '-n', 'gatewaypool-system', 'deployment/gatewaypool-operator']);
    await kubectl(
      ['rollout', 'status', '-n', 'gatewaypool-system', 'deployment/gatewaypool-operator', '--timeout=90s'],
      {
        timeoutMilliseconds: 100_000,
      },
    );

    expect(await sessionsAlive()).toBe(3);
    expect((await podsOfPool(environment.namespace, pool)).map(({ slot }) => slot)).toHaveLength(3);
  }, 120_000);

  it('does not replace a surplus pod that someone deletes: it ends after its session, its successor is removed', async () => {
    const victim = (await podsOfPool(environment.namespace, pool)).find(({ slot }) => slot === 'bastion-2');

    await kubectl(['delete', 'pod', '-n', environment.namespace, victim?.name ?? '', '--wait=false']);
    await eventuallySeen(
      'its successor waits',
      30,
      () => podsOfPool(environment.namespace, pool),
      (seen) => {
        return seen.filter(({ slot }) => slot === 'bastion-2').length === 2;
      },
    );
    expect(await sessionsAlive()).toBe(3);
    await closeSshSessionsOf(environment.client, 'people', 'bastion-2');

    await eventually('slot 2 is gone', 90, async () => {
      const pods = await podsOfPool(environment.namespace, pool);
      const successor = pods.find(({ slot, uid }) => slot === 'bastion-2' && uid !== victim?.uid);
      if (successor?.gatewayRuns === true) throw new Error('a gateway was started above the maximum');
      const deployments = await kubectl(['get', 'deployments', '-n', environment.namespace, '-o', 'name']);
      return !deployments.includes('bastion-2') && pods.length === 2;
    });
    const within = await waitForPool(environment.namespace, pool, 'within its maximum', 30, (seen) => {
      return conditionOf(seen, 'CapExceeded')?.status === 'False';
    });
    expect(within.status).toMatchObject({ occupiedSeats: 2, surplusInstances: 0 });
  }, 150_000);

  it('starts the instance again when the maximum goes up', async () => {
    await patch({ maxInstances: 3 });

    const raised = await waitForPool(environment.namespace, pool, 'three Ready', 60, (seen) => {
      return seen.status.readyInstances === 3;
    });
    expect(raised.status.maxInstances).toBe(3);
  }, 90_000);

  it('does not bring back an instance that was stopped by hand while over the maximum', async () => {
    await patch({ maxInstances: 2 });
    await waitForPool(
      environment.namespace,
      pool,
      'over its maximum',
      30,
      (seen) => seen.status.surplusInstances === 1,
    );

    await kubectl(['delete', 'deployment', '-n', environment.namespace, 'bastion-1']);
    expect(await sessionsAlive()).toBe(2);
    await closeSshSessionsOf(environment.client, 'people', 'bastion-1');

    const within = await waitForPool(environment.namespace, pool, 'within its maximum', 60, (seen) => {
      return conditionOf(seen, 'CapExceeded')?.status === 'False';
    });
    expect(within.status.slots?.filter(({ state }) => state !== 'Vacant').map(({ name }) => name)).toEqual([
      'bastion-0',
      'bastion-2',
    ]);
  }, 120_000);
});
