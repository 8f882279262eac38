import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../harness/eventually.ts';
import { kubectl } from '../harness/kubectl.ts';
import { type PoolPod, podsOfPool } from '../harness/pods.ts';
import { isReady, waitForPool } from '../harness/pools.ts';
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

/**
 * Asks for some seconds, and fails at once when two pods of one slot run their gateways. Returns the last look. Processes in `dead`
 * ended with their node's power; the API says that they run until their kubelet is back and says otherwise.
 */
async function watchSlots(seconds: number, dead: ReadonlySet<string> = new Set()): Promise<readonly PoolPod[]> {
  const end = performance.now() + seconds * 1000;
  let pods: readonly PoolPod[] = [];
  while (performance.now() < end) {
    pods = await podsOfPool(environment.namespace, pool);
    for (const slot of new Set(pods.map((pod) => pod.slot))) {
      const running = pods.filter((pod) => pod.slot === slot && pod.gatewayRuns && !dead.has(processOf(pod)));
      if (running.length > 1) throw new Error(`${running.length} gateways run in slot ${slot}`);
    }
    await sleep(300);
  }
  return pods;
}

/** Another string after each start of the gateway's container. */
const processOf = ({ uid, restarts }: PoolPod) => `${uid} ${restarts}`;

const onePodLeft = (slot: string) =>
  eventually(`one pod of ${slot} is left`, 60, async () => {
    const pods = (await podsOfPool(environment.namespace, pool)).filter((pod) => pod.slot === slot);
    if (pods.length !== 1) throw new Error(`last seen: ${JSON.stringify(pods)}`);
    return pods[0];
  });

const scaleOperator = async (replicas: number) => {
  await kubectl(['scale', '-n', operatorNamespace, 'deployment/gatewaypool-operator', `--replicas=${replicas}`]);
  await eventually(`${replicas} operators`, 60, async () => {
    const names = await kubectl(['get', 'pods', '-n', operatorNamespace, '-o', 'name']);
    return names.split('\n').filter((name) => name !== '').length === replicas;
  });
};

/** Has the slot's pod replaced on this node of two. */
async function moveTo(node: 'n1' | 'n2', slot: string): Promise<void> {
  const other = node === 'n1' ? 'n2' : 'n1';
  await kubectl(['cordon', other]);
  try {
    await kubectl(['delete', 'pod', '-n', environment.namespace, '-l', `pam.gatewaypool.io/slot=${slot}`]);
    await eventually(`${slot} runs on ${node}`, 60, async () => {
      const pods = (await podsOfPool(environment.namespace, pool)).filter((pod) => pod.slot === slot);
      return pods.length === 1 && pods.every((pod) => pod.node === node && pod.gatewayRuns);
    });
  } finally {
    await kubectl(['uncordon', other]);
  }
}

beforeAll(async () => {
  environment = await prepareEnvironment('slots');
  await runBastionPool(environment, pool, 2);
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('a slot', () => {
  it('is put back to one pod when someone scales it to 5', async () => {
    await kubectl(['scale', '-n', environment.namespace, 'deployment/bastion-0', '--replicas=5']);

    await watchSlots(5);

    expect(await onePodLeft('bastion-0')).toMatchObject({ gatewayRuns: true });
    await waitForPool(environment.namespace, pool, 'Ready', 30, isReady);
  }, 90_000);

  it('runs one gateway out of five new pods even with the operator away', async () => {
    await scaleOperator(0);
    try {
      await kubectl(['scale', '-n', environment.namespace, 'deployment/bastion-0', '--replicas=5']);
      await kubectl([
        'delete',
        'pods',
        '-n',
        environment.namespace,
        '-l',
        'pam.gatewaypool.io/slot=bastion-0',
        '--force',
      ]);

      await eventually('one of the new pods runs its gateway', 60, async () => {
        const pods = await watchSlots(1);
        return pods.filter(({ slot, gatewayRuns }) => slot === 'bastion-0' && gatewayRuns).length === 1;
      });
      await watchSlots(5);
    } finally {
      await scaleOperator(2);
    }
    expect(await onePodLeft('bastion-0')).toMatchObject({ gatewayRuns: true });
    await waitForPool(environment.namespace, pool, 'Ready', 60, isReady);
  }, 240_000);

  it('comes back on another node when its node is lost, and stays one when the node returns', async () => {
    const slot = 'bastion-1';
    await moveTo('n2', slot);

    await cluster('node-down', '2');
    const onNode = (await podsOfPool(environment.namespace, pool)).filter(({ node }) => node === 'n2');
    const dead = new Set(onNode.map(processOf));
    try {
      await eventually('the slot runs on n1', 120, async () => {
        const now = await watchSlots(1, dead);
        return now.some((pod) => pod.slot === slot && pod.node === 'n1' && pod.gatewayRuns);
      });
    } finally {
      await cluster('node-up', '2');
    }

    await watchSlots(10, dead);
    await waitForPool(environment.namespace, pool, 'Ready', 120, isReady);
    expect(await onePodLeft(slot)).toMatchObject({ node: 'n1', gatewayRuns: true });
  }, 360_000);
});

describe('what belongs to a pool', () => {
  it.each(['configmap/bastion-balancer', 'configmap/bastion-seats', 'role/bastion-gateway', 'service/bastion'])(
    'is put back when someone deletes %s, and no pod notices',
    async (child) => {
      const before = (await podsOfPool(environment.namespace, pool)).map(({ uid }) => uid);

      await kubectl(['delete', '-n', environment.namespace, child]);

      await eventually(`${child} is back`, 30, async () => {
        return (await kubectl(['get', '-n', environment.namespace, child, '-o', 'name'])) !== '';
      });
      expect((await podsOfPool(environment.namespace, pool)).map(({ uid }) => uid)).toEqual(before);
    },
    60_000,
  );
});
