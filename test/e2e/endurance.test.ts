import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, eventuallySeen } from '../harness/eventually.ts';
import { kubectl, tryKubectl } from '../harness/kubectl.ts';
import { podsOfPool } from '../harness/pods.ts';
import { isReady, waitForPool } from '../harness/pools.ts';
import { listSshSessions, openSshSessions } from '../harness/ssh-sessions.ts';
import {
  cluster,
  type Environment,
  operatorNamespace,
  prepareEnvironment,
  runBastionPool,
  setUpMilliseconds,
} from './environment.ts';

let environment: Environment;
const pool = 'bastion';
const apiServerDownSeconds = 30;

const sessionsAlive = async () =>
  (await listSshSessions(environment.client, 'people')).filter(({ alive }) => alive).length;

const podIdentities = async () =>
  (await podsOfPool(environment.namespace, pool)).map(({ uid, restarts }) => `${uid} restarted ${restarts} times`);

beforeAll(async () => {
  environment = await prepareEnvironment('endurance');
  await runBastionPool(environment, pool, 3);
  await openSshSessions(environment.client, { host: pool, port: 22, prefix: 'people', count: 3 });
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('three open SSH sessions', () => {
  it('live on when all operators are killed, and while there is none', async () => {
    const before = await podIdentities();

    await kubectl(['scale', '-n', operatorNamespace, 'deployment/gatewaypool-operator', '--replicas=0']);
    await kubectl(['delete', 'pods', '-n', operatorNamespace, '--all', '--force', '--grace-period=0']);
    await eventually('no operator runs', 30, async () => {
      return (await kubectl(['get', 'pods', '-n', operatorNamespace, '-o', 'name'])) === '';
    });

    expect(await sessionsAlive()).toBe(3);
    expect(await podIdentities()).toEqual(before);
  }, 90_000);

  it('live on, and a deleted pod of the pool is replaced by Kubernetes alone, with the operator away', async () => {
    const [, , last] = await podsOfPool(environment.namespace, pool);

    await kubectl(['delete', 'pod', '-n', environment.namespace, last?.name ?? '', '--force', '--grace-period=0']);

    const pods = await eventuallySeen(
      'three gateways run',
      60,
      () => podsOfPool(environment.namespace, pool),
      (now) => {
        return now.length === 3 && now.every(({ gatewayRuns }) => gatewayRuns);
      },
    );
    expect(pods.map(({ slot }) => slot)).toEqual(['bastion-0', 'bastion-1', 'bastion-2']);
    expect(pods.map(({ uid }) => uid)).not.toContain(last?.uid);
  }, 90_000);

  it('go on when the operator is back: it changes nothing', async () => {
    const before = await podIdentities();
    const alive = await sessionsAlive();

    await kubectl(['scale', '-n', operatorNamespace, 'deployment/gatewaypool-operator', '--replicas=2']);
    await kubectl(['rollout', 'status', '-n', operatorNamespace, 'deployment/gatewaypool-operator', '--timeout=90s'], {
      timeoutMilliseconds: 100_000,
    });
    await waitForPool(environment.namespace, pool, 'Ready', 60, isReady);

    expect(await podIdentities()).toEqual(before);
    expect(await sessionsAlive()).toBe(alive);
  }, 120_000);

  it(`live on while the API server is down for ${apiServerDownSeconds} s, and nothing is lost or doubled`, async () => {
    const before = await podIdentities();
    const alive = await sessionsAlive();

    await cluster('stop-component', 'kube-apiserver', '--kill');
    await sleep(apiServerDownSeconds * 1000);
    await cluster('start-component', 'kube-apiserver');
    await eventually(
      'the API server answers',
      60,
      async () => (await tryKubectl(['get', '--raw', '/readyz'])).code === 0,
    );

    expect(await sessionsAlive()).toBe(alive);
    await waitForPool(environment.namespace, pool, 'Ready', 120, isReady);
    expect(await podIdentities()).toEqual(before);
    const restarts = await kubectl([
      'get',
      'pods',
      `--namespace=${operatorNamespace}`,
      '--output=jsonpath={.items[*].status.containerStatuses[*].restartCount}',
    ]);
    // The leader ends itself when it cannot renew its lease, once; neither replica loops.
    for (const count of restarts.split(' ')) expect(Number(count)).toBeLessThanOrEqual(1);
  }, 300_000);
});
