import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gatewayPoolType, labels } from '../../../src/api/identity.ts';
import { deploymentType, podType } from '../../../src/operator/resources.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { auditedRequests } from '../audit-log.ts';
import type { TestCluster } from './cluster.ts';
import { createConfig, poolIn, startTestCluster, untilStatus } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';
import type { StandInNode } from './stand-in-node.ts';
import { startNode } from './stand-in-node.ts';

const testTimeoutMilliseconds = 120_000;

let cluster: TestCluster;
let namespace: string;
let operators: OperatorProcess[];
let node: StandInNode | undefined;

beforeAll(async () => {
  cluster = await startTestCluster();
}, controlPlaneTimeoutMilliseconds);

afterAll(async () => {
  await cluster.stop();
});

beforeEach(async () => {
  operators = [];
  namespace = await cluster.namespace();
  await createConfig(cluster, namespace);
}, testTimeoutMilliseconds);

afterEach(async () => {
  await Promise.all(operators.map((each) => each.stop('SIGKILL')));
  await node?.close();
  node = undefined;
  // The next test's operator must not wait for the Lease of one that was killed.
  await cluster.controlPlane.kubectl([
    'delete',
    'lease',
    'gatewaypool-operator',
    '-n',
    'gatewaypool-system',
    '--ignore-not-found',
  ]);
}, testTimeoutMilliseconds);

async function operator(...flags: string[]): Promise<OperatorProcess> {
  const started = await startOperator(cluster.controlPlane, { instance: `operator-${operators.length}`, flags });
  operators.push(started);
  return started;
}

async function deployments(): Promise<number> {
  const { items } = await cluster.client.list(deploymentType, { namespace, labelSelector: labels.pool });
  return items.length;
}

/** Small and repeatable: a failing run can be run again with the same numbers. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('an operator that is killed while it starts a pool', () => {
  it(
    'never makes more Deployments than the maximum, and the next one goes on from what the cluster says',
    async () => {
      const random = numbersFrom(20_261_122);
      const seen: number[] = [];
      const watching = new AbortController();
      const watcher = (async () => {
        while (!watching.signal.aborted) {
          seen.push(await deployments());
          await sleep(20);
        }
      })();
      await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 3 }));

      for (let round = 0; round < 6; round += 1) {
        const victim = await operator('--no-leader-elect');
        await victim.wrote('Filled the caches');
        await sleep(random() * 400);
        await victim.stop('SIGKILL');
      }
      await operator('--no-leader-elect');
      const status = await untilStatus(cluster, namespace, 'three instances', ({ replicas }) => replicas === 3);

      watching.abort();
      await watcher;
      expect(Math.max(...seen)).toBeLessThanOrEqual(3);
      expect(status).toMatchObject({ occupiedSeats: 3, maxInstances: 3 });
    },
    testTimeoutMilliseconds,
  );
});

describe('two operators', () => {
  it(
    'share one Lease: only its holder writes, and the other one takes over when it stops',
    async () => {
      const first = await operator();
      await first.wrote('Became the leader');
      const second = await operator();
      await second.wrote('Waiting for the lease');

      await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 2 }));
      await untilStatus(cluster, namespace, 'two instances', ({ replicas }) => replicas === 2);

      expect(second.output()).not.toContain('Started slot');
      expect(first.output()).toContain('Started slot');
      const stopped = performance.now();
      expect(await first.stop('SIGTERM')).toBe(0);
      await second.wrote('Became the leader');
      expect(performance.now() - stopped).toBeLessThan(5000);
      await cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, { spec: { maxInstances: 3 } });
      await untilStatus(cluster, namespace, 'three instances', ({ replicas }) => replicas === 3);
      expect(second.output()).toContain('Started slot prod-2');
    },
    testTimeoutMilliseconds,
  );

  it(
    'that both believe to be alone never exceed the maximum together',
    async () => {
      await Promise.all([operator('--no-leader-elect'), operator('--no-leader-elect'), operator('--no-leader-elect')]);
      for (const each of operators) await each.wrote('Filled the caches');
      node = await startNode(cluster, namespace);

      await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 3 }));
      await untilStatus(cluster, namespace, 'three ready', ({ readyInstances }) => readyInstances === 3);
      await cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, { spec: { maxInstances: 4 } });
      await untilStatus(cluster, namespace, 'four ready', ({ readyInstances }) => readyInstances === 4);

      expect(await deployments()).toBe(4);
      expect(node.started.size).toBe(4);
    },
    testTimeoutMilliseconds,
  );
});

describe('an API server that goes away', () => {
  const outages = [
    { name: 'costs an operator without a Lease nothing', flags: ['--no-leader-elect'], seconds: 3, ends: false },
    // Longer than a leader may go without renewing its Lease.
    { name: 'ends an operator that cannot hold its Lease, and a new one goes on', flags: [], seconds: 13, ends: true },
  ];

  it.each(outages)(
    '$name: no instance is lost or doubled, and what changed meanwhile is done afterwards',
    async ({ flags, seconds, ends }) => {
      const running = await startNode(cluster, namespace);
      node = running;
      const first = await operator(...flags);
      await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 3 }));
      await untilStatus(cluster, namespace, 'three ready', ({ readyInstances }) => readyInstances === 3);
      const before = await podUids();

      await cluster.controlPlane.stopApiServer('SIGKILL');
      await sleep(seconds * 1000);
      const second = ends ? await operator(...flags) : first;
      await cluster.controlPlane.startApiServer();
      await cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, { spec: { maxInstances: 4 } });

      const status = await untilStatus(
        cluster,
        namespace,
        'four ready',
        ({ readyInstances }) => readyInstances === 4,
        'prod',
        // The controller-manager's own watches sleep on for a while after an outage, and it makes the fourth pod.
        150_000,
      );
      expect(status.replicas).toBe(4);
      expect(running.started.size).toBe(4);
      expect(await podUids()).toEqual(expect.arrayContaining(before));
      expect([first.child.exitCode, second.child.exitCode]).toEqual(ends ? [1, null] : [null, null]);
    },
    testTimeoutMilliseconds + 150_000,
  );
});

async function podUids(): Promise<(string | undefined)[]> {
  const { items } = await cluster.client.list(podType, { namespace });
  return items.map(({ metadata }) => metadata.uid);
}

describe('a steady pool', () => {
  it(
    'costs no request and no write',
    async () => {
      node = await startNode(cluster, namespace);
      await operator();
      await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 3 }));
      await untilStatus(cluster, namespace, 'three ready', ({ readyInstances }) => readyInstances === 3);
      await quiet(2000);
      const before = await requests();

      await sleep(10_000);

      expect((await requests()).slice(before.length)).toEqual([]);
    },
    testTimeoutMilliseconds,
  );
});

/** Requests of the operators about this namespace so far, without the watches. The Lease is in another one. */
async function requests(): Promise<string[]> {
  const all = await auditedRequests(cluster.controlPlane.auditLogPath, 'gatewaypool-operator/0.1.0');
  return all
    .filter(({ verb }) => verb !== 'watch')
    .filter(({ requestURI }) => requestURI.includes(`/namespaces/${namespace}/`))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

/** Until no request came for so long: the last Events are sent after the last status. */
async function quiet(milliseconds: number): Promise<void> {
  let count = -1;
  let since = performance.now();
  await until(`${milliseconds} ms without a request`, 30_000, async () => {
    const now = (await requests()).length;
    if (now !== count) since = performance.now();
    count = now;
    return performance.now() - since >= milliseconds;
  });
}
