import { beforeEach, describe, expect, it } from '@jest/globals';
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
import { until, untilSeen } from '../../cluster/until.ts';
import { condition, createPool, find, kubectl, setSpec, untilStatus, waitMilliseconds } from './cluster.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const place = workplace();

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
  beforeEach(async () => {
    await createPool(place, { maxInstances: 2 });
    await untilStatus(place, 'two instances', (status) => status.replicas === 2);
  }, testTimeoutMilliseconds);

  it('has all its children, and each of them goes away with it', async () => {
    const found = await Promise.all(children.map(({ type, name }) => find(place, type, name)));

    expect(found.map((child) => child?.metadata.ownerReferences?.[0]?.kind)).toEqual(children.map(() => 'GatewayPool'));
  });

  it('is made without a request that had to fail', () => {
    const failures = place.operator
      .log()
      .filter(({ msg, key }) => key === `${place.namespace}/prod` && msg.includes('failed'));

    expect(failures).toEqual([]);
  });

  it.each(children)(
    'gets its $title back when somebody deletes it',
    async ({ type, name }) => {
      const before = await find(place, type, name);

      await place.cluster.client.delete(type, { namespace: place.namespace, name });

      const after = await until(`a new ${type.kind}`, waitMilliseconds, async () => {
        const now = await find(place, type, name);
        return now !== undefined && now.metadata.uid !== before?.metadata.uid && now;
      });
      expect(after.metadata.labels).toEqual(before?.metadata.labels);
    },
    testTimeoutMilliseconds,
  );

  it.each(children)(
    'gets the labels and the owner of its $title back when somebody takes them away',
    async ({ type, name }) => {
      const before = await find(place, type, name);
      const gone = Object.fromEntries(Object.keys(before?.metadata.labels ?? {}).map((label) => [label, null]));

      await place.cluster.client.mergePatch(type, { namespace: place.namespace, name }, { metadata: { labels: gone } });
      await until('its labels', waitMilliseconds, async () => {
        const now = await find(place, type, name);
        return Object.entries(before?.metadata.labels ?? {}).every(
          ([key, value]) => now?.metadata.labels?.[key] === value,
        );
      });
      await place.cluster.client.mergePatch(
        type,
        { namespace: place.namespace, name },
        { metadata: { ownerReferences: null } },
      );

      const after = await until('its owner', waitMilliseconds, async () => {
        const now = await find(place, type, name);
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
      await place.cluster.client.mergePatch(deploymentType, { namespace: place.namespace, name: 'prod-0' }, patch);

      const after = await until('one replica', waitMilliseconds, async () => {
        const now = await find<KubeObject & { spec: { replicas: number } }>(place, deploymentType, 'prod-0');
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
      const key = { namespace: place.namespace, name: 'prod' };

      await place.cluster.client.mergePatch(gatewayPoolType, key, listeners([]));
      await untilSeen(
        'no Service',
        waitMilliseconds,
        () => find(place, serviceType, 'prod'),
        (seen) => seen === undefined,
      );
      await place.cluster.client.mergePatch(gatewayPoolType, key, listeners(['web', 'ssh']));

      const service = await until('a Service', waitMilliseconds, () =>
        find<KubeObject & { spec: { ports: { name: string; targetPort: number }[] } }>(place, serviceType, 'prod'),
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
      const deployment = ['deployment', 'prod-0'];
      await kubectl(place, ['patch', ...deployment, '--type=strategic', '-p', patch]);

      await untilStatus(place, `${updated} updated`, (status) => status.updatedInstances === updated);
      await setSpec(place, { replicas: 2 });
      const status = await untilStatus(place, 'the new generation', () => true);

      const template = await kubectl(place, ['get', ...deployment, '-o', 'jsonpath={.spec.template}']);
      expect(template).toContain('by hand');
      expect(status.updatedInstances).toBe(updated);
      expect(condition(status, 'Stalled').status).toBe('False');
    },
    testTimeoutMilliseconds,
  );
});
