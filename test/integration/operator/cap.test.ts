import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { gatewayPoolType, labels } from '../../../src/api/identity.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configMapType, deploymentType, podType } from '../../../src/operator/resources.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { auditedRequests } from '../audit-log.ts';
import type { ConfigMap } from '../config-map.ts';
import type { TestCluster } from './cluster.ts';
import { condition, createConfig, find, poolIn, startTestCluster, untilStatus } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';
import type { StandInNode } from './stand-in-node.ts';
import { startNode } from './stand-in-node.ts';

const testTimeoutMilliseconds = 60_000;

let cluster: TestCluster;
let operator: OperatorProcess;
let namespace: string;
let node: StandInNode;

beforeAll(async () => {
  cluster = await startTestCluster();
  operator = await startOperator(cluster.controlPlane);
}, controlPlaneTimeoutMilliseconds);

afterAll(async () => {
  await operator.stop('SIGTERM');
  await cluster.stop();
});

beforeEach(async () => {
  namespace = await cluster.namespace();
  await createConfig(cluster, namespace);
  node = await startNode(cluster, namespace);
}, testTimeoutMilliseconds);

afterEach(async () => {
  await node.close();
});

async function poolOfThree(): Promise<void> {
  await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 3 }));
  await untilStatus(cluster, namespace, 'three ready', (status) => status.readyInstances === 3);
}

const setSpec = (spec: object): Promise<KubeObject> =>
  cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, { spec });

async function deployments(): Promise<string[]> {
  const { items } = await cluster.client.list(deploymentType, { namespace, labelSelector: labels.pool });
  return items.map(({ metadata }) => metadata.name).sort((left, right) => left.localeCompare(right));
}

async function gate(): Promise<Gate> {
  const configMap = await find<ConfigMap>(cluster, configMapType, namespace, 'prod-seats');
  const text: Gate = parse(configMap?.data?.['seats.yaml'] ?? '');
  return text;
}

describe('lowering the maximum below what runs', () => {
  it(
    'stops nothing, closes the gate before the status shows it, and says so once',
    async () => {
      await poolOfThree();
      const pods = await cluster.client.list(podType, { namespace });

      await setSpec({ maxInstances: 2 });
      const status = await untilStatus(cluster, namespace, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      expect(await deployments()).toEqual(['prod-0', 'prod-1', 'prod-2']);
      const podsAfter = await cluster.client.list(podType, { namespace });
      expect(podsAfter.items.map(({ metadata }) => metadata.uid)).toEqual(
        pods.items.map(({ metadata }) => metadata.uid),
      );
      expect(status).toMatchObject({ surplusInstances: 1, readyInstances: 3, occupiedSeats: 3 });
      expect(condition(status, 'CapExceeded')).toMatchObject({ status: 'True', reason: 'SurplusInstances' });
      expect(condition(status, 'Ready').status).toBe('True');
      expect(await gate()).toMatchObject({ maxInstances: 2, mode: 'Hold', slots: ['prod-0', 'prod-1', 'prod-2'] });
      expect((await gate()).seated).toHaveLength(3);
      const events = await until('the Event', 10_000, async () => {
        const found = await cluster.controlPlane.kubectl([
          'get',
          'events',
          '-n',
          namespace,
          '-o',
          'jsonpath={range .items[?(@.reason=="SurplusInstances")]}{.type} {.count}{"\\n"}{end}',
        ]);
        return found.trim() !== '' && found.trim().split('\n');
      });
      expect(events).toHaveLength(1);
      expect(events[0]).toContain('Warning');
    },
    testTimeoutMilliseconds,
  );

  it(
    'writes the gate before the status, in the order of the API server own log',
    async () => {
      await poolOfThree();
      const before = await writes();

      await setSpec({ maxInstances: 2 });
      await untilStatus(cluster, namespace, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      const later = (await writes()).slice(before.length);
      expect(later[0]).toBe('update configmaps prod-seats');
      expect(later.filter((write) => write === 'patch gatewaypools prod').length).toBeGreaterThan(0);
      expect(later.some((write) => write.includes('deployments'))).toBe(false);
    },
    testTimeoutMilliseconds,
  );

  it(
    'does not replace a surplus instance that somebody stops, and is within its maximum then',
    async () => {
      await poolOfThree();
      await setSpec({ maxInstances: 2 });
      await untilStatus(cluster, namespace, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      await cluster.client.delete(deploymentType, { namespace, name: 'prod-1' });

      const status = await untilStatus(
        cluster,
        namespace,
        'no surplus',
        ({ surplusInstances }) => surplusInstances === 0,
      );
      expect(condition(status, 'CapExceeded').status).toBe('False');
      expect(await deployments()).toEqual(['prod-0', 'prod-2']);
      await until('the gate to open again', 10_000, async () => (await gate()).mode === 'SelfHeal');
      expect(node.started.size).toBe(3);
    },
    testTimeoutMilliseconds,
  );

  it(
    'does not give the seat of a surplus pod to its replacement: no gateway starts that the maximum has no room for',
    async () => {
      await poolOfThree();
      await setSpec({ maxInstances: 2 });
      await untilStatus(cluster, namespace, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      const { items } = await cluster.client.list(podType, { namespace, labelSelector: `${labels.slot}=prod-2` });
      await cluster.client.delete(podType, { namespace, name: items[0]?.metadata.name ?? '' });

      const status = await untilStatus(
        cluster,
        namespace,
        'no surplus',
        ({ surplusInstances }) => surplusInstances === 0,
      );
      expect(await deployments()).toEqual(['prod-0', 'prod-1']);
      expect(status.readyInstances).toBe(2);
      expect(node.started.size).toBe(3);
    },
    testTimeoutMilliseconds,
  );

  it(
    'keeps the seat of an instance that still ends its sessions',
    async () => {
      await poolOfThree();
      const { items } = await cluster.client.list(podType, { namespace, labelSelector: `${labels.slot}=prod-1` });
      const name = items[0]?.metadata.name ?? '';
      node.busy.add(name);

      await cluster.client.delete(deploymentType, { namespace, name: 'prod-1' });
      await until('the pod to end', 10_000, async () => {
        const pod = await find(cluster, podType, namespace, name);
        return pod?.metadata.deletionTimestamp !== undefined;
      });
      const waiting = await untilStatus(cluster, namespace, 'two ready', ({ readyInstances }) => readyInstances === 2);

      expect(waiting.occupiedSeats).toBe(3);
      expect(node.started.size).toBe(3);
      node.busy.delete(name);
      await untilStatus(cluster, namespace, 'three ready again', ({ readyInstances }) => readyInstances === 3);
    },
    testTimeoutMilliseconds,
  );
});

describe('a start gate that somebody edits by hand', () => {
  it.each([
    {
      name: 'strikes all slots out of it',
      edit: (text: string) => text.replace(/slots:\n(?: {2}- .*\n)+/u, 'slots: []\n'),
    },
    {
      name: 'makes it newer than the pool',
      edit: (text: string) => text.replace(/poolGeneration: \d+/u, 'poolGeneration: 999'),
    },
    { name: 'names a slot of nobody', edit: (text: string) => text.replace('slots:\n', 'slots:\n  - elsewhere-7\n') },
  ])(
    'is written anew from what runs when that person $name, and no instance is stopped',
    async ({ edit }) => {
      await poolOfThree();
      const configMap = await find<ConfigMap>(cluster, configMapType, namespace, 'prod-seats');
      const before = configMap?.data?.['seats.yaml'] ?? '';
      const edited = edit(before);

      await cluster.client.mergePatch(
        configMapType,
        { namespace, name: 'prod-seats' },
        { data: { 'seats.yaml': edited } },
      );

      expect(edited).not.toBe(before);
      await until('the gate as it was', 10_000, async () => {
        const { slots, poolGeneration, mode } = await gate();
        return slots.join() === 'prod-0,prod-1,prod-2' && poolGeneration === 1 && mode === 'SelfHeal';
      });
      expect(node.started.size).toBe(3);
      expect(await deployments()).toEqual(['prod-0', 'prod-1', 'prod-2']);
      await setSpec({ maxInstances: 4 });
      await untilStatus(cluster, namespace, 'four ready', ({ readyInstances }) => readyInstances === 4);
    },
    testTimeoutMilliseconds,
  );
});

describe('raising the maximum', () => {
  it(
    'starts the instances that are missing',
    async () => {
      await poolOfThree();

      await setSpec({ maxInstances: 4 });

      await untilStatus(cluster, namespace, 'four ready', ({ readyInstances }) => readyInstances === 4);
      expect(await deployments()).toEqual(['prod-0', 'prod-1', 'prod-2', 'prod-3']);
    },
    testTimeoutMilliseconds,
  );

  it(
    'counts external instances first',
    async () => {
      const externalInstances = [{ name: 'dc2', platform: 'Linux' }];

      await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 3, externalInstances }));

      const status = await untilStatus(cluster, namespace, 'two ready', ({ readyInstances }) => readyInstances === 2);
      expect(status).toMatchObject({ occupiedSeats: 3, desiredInstances: 2, surplusInstances: 0 });
      expect(await deployments()).toEqual(['prod-0', 'prod-1']);
    },
    testTimeoutMilliseconds,
  );
});

/** Writes of the operator in this namespace so far, as `verb resource name`. */
async function writes(): Promise<string[]> {
  const requests = await auditedRequests(cluster.controlPlane.auditLogPath, 'gatewaypool-operator/0.1.0');
  return requests
    .filter(({ requestURI }) => requestURI.includes(`/namespaces/${namespace}/`))
    .filter(({ verb }) => ['create', 'update', 'patch', 'delete'].includes(verb))
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource} ${objectRef?.name ?? ''}`.trim())
    .filter((write) => !write.includes('leases') && !write.includes('events'));
}
