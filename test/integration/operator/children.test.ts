import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gatewayPoolType } from '../../../src/api/identity.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import {
  configMapType,
  deploymentType,
  disruptionBudgetType,
  networkPolicyType,
  roleBindingType,
  roleType,
  serviceAccountType,
  serviceType,
} from '../../../src/operator/resources.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { TestCluster } from './cluster.ts';
import { condition, createConfig, find, poolIn, startTestCluster, untilStatus } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';

const testTimeoutMilliseconds = 60_000;

let cluster: TestCluster;
let operator: OperatorProcess;

beforeAll(async () => {
  cluster = await startTestCluster();
  operator = await startOperator(cluster.controlPlane);
}, controlPlaneTimeoutMilliseconds);

afterAll(async () => {
  await operator.stop('SIGTERM');
  await cluster.stop();
});

const children = [
  { type: serviceAccountType, name: 'prod-gateway' },
  { type: roleType, name: 'prod-gateway' },
  { type: roleBindingType, name: 'prod-gateway' },
  { type: serviceType, name: 'prod' },
  { type: serviceType, name: 'prod-instances' },
  { type: configMapType, name: 'prod-balancer' },
  { type: configMapType, name: 'prod-seats' },
  { type: networkPolicyType, name: 'prod' },
  { type: disruptionBudgetType, name: 'prod' },
  { type: deploymentType, name: 'prod-0' },
  { type: deploymentType, name: 'prod-1' },
].map(({ type, name }) => ({ type, name, title: `${type.kind} ${name}` }));

describe('a pool with listeners', () => {
  let namespace: string;

  beforeEach(async () => {
    namespace = await cluster.namespace();
    await createConfig(cluster, namespace);
    await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 2 }));
    await untilStatus(cluster, namespace, 'two instances', (status) => status.replicas === 2);
  }, testTimeoutMilliseconds);

  it('has all its children, and each of them goes away with it', async () => {
    const found = await Promise.all(children.map(({ type, name }) => find(cluster, type, namespace, name)));

    expect(found.map((child) => child?.metadata.ownerReferences?.[0]?.kind)).toEqual(children.map(() => 'GatewayPool'));
  });

  it('is made without a request that had to fail', () => {
    const failures = operator.log().filter(({ msg, key }) => key === `${namespace}/prod` && msg.includes('failed'));

    expect(failures).toEqual([]);
  });

  it.each(children)(
    'gets its $title back when somebody deletes it',
    async ({ type, name }) => {
      const before = await find(cluster, type, namespace, name);

      await cluster.client.delete(type, { namespace, name });

      const after = await until(`a new ${type.kind}`, 15_000, async () => {
        const now = await find(cluster, type, namespace, name);
        return now !== undefined && now.metadata.uid !== before?.metadata.uid && now;
      });
      expect(after.metadata.labels).toEqual(before?.metadata.labels);
    },
    testTimeoutMilliseconds,
  );

  it.each(children)(
    'gets the labels and the owner of its $title back when somebody takes them away',
    async ({ type, name }) => {
      const before = await find(cluster, type, namespace, name);
      const gone = Object.fromEntries(Object.keys(before?.metadata.labels ?? {}).map((label) => [label, null]));

      await cluster.client.mergePatch(type, { namespace, name }, { metadata: { labels: gone } });
      await until('its labels', 15_000, async () => {
        const now = await find(cluster, type, namespace, name);
        return Object.entries(before?.metadata.labels ?? {}).every(
          ([key, value]) => now?.metadata.labels?.[key] === value,
        );
      });
      await cluster.client.mergePatch(type, { namespace, name }, { metadata: { ownerReferences: null } });

      const after = await until('its owner', 15_000, async () => {
        const now = await find(cluster, type, namespace, name);
        return now?.metadata.ownerReferences !== undefined && now;
      });
      expect(after.metadata.uid).toBe(before?.metadata.uid);
      expect(after.metadata.ownerReferences).toEqual(before?.metadata.ownerReferences);
    },
    testTimeoutMilliseconds,
  );

  it(
    'goes back to one pod per slot when somebody scales one, and keeps what others set',
    async () => {
      const patch = { metadata: { annotations: { 'example.com/owner': 'me' } }, spec: { replicas: 5 } };
      await cluster.client.mergePatch(deploymentType, { namespace, name: 'prod-0' }, patch);

      const after = await until('one replica', 15_000, async () => {
        const now = await find<KubeObject & { spec: { replicas: number } }>(
          cluster,
          deploymentType,
          namespace,
          'prod-0',
        );
        return now?.spec.replicas === 1 && now;
      });

      expect(after.metadata.annotations?.['example.com/owner']).toBe('me');
    },
    testTimeoutMilliseconds,
  );

  it(
    'loses its Service when it stops to listen, and gets it back on the same ports of the sidecars',
    async () => {
      const listeners = (ports: readonly string[]) => ({
        spec: { listeners: ports.map((name, at) => ({ name, port: 22 + at, targetPort: 2222, protocol: 'TCP' })) },
      });
      const key = { namespace, name: 'prod' };

      await cluster.client.mergePatch(gatewayPoolType, key, listeners([]));
      await until(
        'no Service',
        15_000,
        async () => (await find(cluster, serviceType, namespace, 'prod')) === undefined,
      );
      await cluster.client.mergePatch(gatewayPoolType, key, listeners(['web', 'ssh']));

      const service = await until('a Service', 15_000, () =>
        find<KubeObject & { spec: { ports: { name: string; targetPort: number }[] } }>(
          cluster,
          serviceType,
          namespace,
          'prod',
        ),
      );
      expect(service.spec.ports.map(({ name, targetPort }) => [name, targetPort])).toEqual([
        ['web', 15_101],
        ['ssh', 15_100],
      ]);
    },
    testTimeoutMilliseconds,
  );

  it.each([
    { name: 'keeps what somebody added to a template, and calls the slot up to date', env: 'ADDED', updated: 2 },
    {
      name: 'keeps what somebody changed in a template, and calls the slot outdated',
      env: 'GATEWAY_CONFIG',
      updated: 1,
    },
  ])(
    '$name',
    async ({ env, updated }) => {
      const containers = [{ name: 'gateway', env: [{ name: env, value: 'by hand', valueFrom: null }] }];
      const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
      const deployment = ['deployment', 'prod-0', '-n', namespace];
      await cluster.controlPlane.kubectl(['patch', ...deployment, '--type=strategic', '-p', patch]);

      await untilStatus(cluster, namespace, `${updated} updated`, (status) => status.updatedInstances === updated);
      await cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, { spec: { replicas: 2 } });
      const status = await untilStatus(cluster, namespace, 'the new generation', () => true);

      const template = await cluster.controlPlane.kubectl(['get', ...deployment, '-o', 'jsonpath={.spec.template}']);
      expect(template).toContain('by hand');
      expect(status.updatedInstances).toBe(updated);
      expect(condition(status, 'Stalled').status).toBe('False');
    },
    testTimeoutMilliseconds,
  );
});
