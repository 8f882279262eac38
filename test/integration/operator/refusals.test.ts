import { beforeEach, describe, expect, it } from '@jest/globals';
import { labels } from '../../../src/api/identity.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configMapType, deploymentType, secretType, serviceType } from '../../../src/operator/resources.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import {
  condition,
  createConfig,
  createPool,
  find,
  kubectl,
  setSpec,
  slotsOf,
  untilStatus,
  waitMilliseconds,
} from './cluster.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

/** Stands for what must never be shown: in Secrets, and in the values of a template. */
const canary = 'c4n4ry-v4lue';

const place = workplace({ config: false });

const stalled = (what: string, name = 'prod'): ReturnType<typeof untilStatus> =>
  untilStatus(place, what, (status) => condition(status, 'Stalled').status === 'True', name);

/** Everything that the operator said about the pools of this namespace. */
async function said(): Promise<string> {
  const pools = await kubectl(place, ['get', 'gatewaypools', '-o', 'jsonpath={.items[*].status}']);
  const events = await kubectl(place, ['get', 'events', '-o', 'json']);
  return [pools, events, place.operator.output()].join('\n');
}

describe('an object of somebody else that has a name of the pool', () => {
  beforeEach(async () => {
    await createConfig(place);
  }, testTimeoutMilliseconds);

  const selector = { matchLabels: { app: 'other' } };
  const template = {
    metadata: { labels: { app: 'other' } },
    spec: { containers: [{ name: 'other', image: 'other' }] },
  };
  const foreign = [
    {
      type: serviceType,
      name: 'prod',
      content: { spec: { ports: [{ port: 80 }], selector: { app: 'other' } } },
      slots: ['prod-0', 'prod-1'],
    },
    { type: serviceType, name: 'prod-instances', content: { spec: { ports: [{ port: 80 }] } }, slots: [] },
    { type: configMapType, name: 'prod-seats', content: { data: { 'seats.yaml': 'mine' } }, slots: [] },
    { type: configMapType, name: 'prod-balancer', content: { data: { mine: 'yes' } }, slots: [] },
    { type: deploymentType, name: 'prod-0', content: { spec: { replicas: 0, selector, template } }, slots: ['prod-1'] },
  ].map((each) => ({ ...each, title: `${each.type.kind} ${each.name}` }));

  it.each(foreign)(
    '$title is left alone, named in Stalled, and the pool heals when it is gone',
    async ({ type, name, content, slots: possible }) => {
      const object = {
        apiVersion: type === deploymentType ? 'apps/v1' : 'v1',
        kind: type.kind,
        metadata: { name, namespace: place.namespace },
        ...content,
      };
      const before = await place.cluster.client.create<KubeObject>(type, object);

      await createPool(place, { maxInstances: 2 });
      const status = await stalled(`Stalled because of ${type.kind} ${name}`);
      await untilSeen(
        'the slots that are possible',
        waitMilliseconds,
        () => slotsOf(place),
        (seen) => seen.length === possible.length,
      );

      expect(condition(status, 'Stalled').reason).toBe('NameTaken');
      expect(condition(status, 'Stalled').message).toContain(`${type.kind} ${place.namespace}/${name} `);
      expect(await slotsOf(place)).toEqual(possible);
      const after = await find<KubeObject>(place, type, name);
      expect(withoutStatus(after)).toEqual(withoutStatus(before));
      await place.cluster.client.delete(type, { namespace: place.namespace, name });
      // Somebody who has just deleted it wants to see the pool go on without waiting for the next look.
      await setSpec(place, { replicas: 2 });
      await untilStatus(
        place,
        'not stalled',
        (now) => condition(now, 'Stalled').status === 'False' && now.replicas === 2,
      );
    },
    testTimeoutMilliseconds,
  );
});

function withoutStatus(object: KubeObject | undefined): object {
  const {
    status: _status,
    metadata,
    ...rest
  }: KubeObject & { status?: unknown } = object ?? { apiVersion: '', kind: '', metadata: { name: '' } };
  const { resourceVersion: _version, managedFields: _fields, annotations: _annotations, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

describe('a template', () => {
  beforeEach(async () => {
    await createConfig(place);
  }, testTimeoutMilliseconds);

  const gateway = (member: object): object => ({ spec: { containers: [{ name: 'gateway', ...member }] } });

  it.each([
    {
      name: 'with a wrong value',
      template: gateway({ env: [{ name: 'TOKEN', value: canary }], imagePullPolicy: canary }),
      says: 'spec.template.spec.containers[0].imagePullPolicy',
    },
    {
      name: 'with a mistyped field',
      template: gateway({ enviroment: [{ name: 'TOKEN', value: canary }] }),
      says: 'spec.template.spec.containers[0].enviroment',
    },
    {
      name: 'with a volume mount of a volume that is not there',
      template: gateway({ volumeMounts: [{ name: 'missing', mountPath: '/data' }] }),
      says: 'volumeMounts',
    },
  ])(
    '$name that the API server refuses stalls its pool with the field path and no value, and no other pool',
    async ({ template, says }) => {
      await createPool(place, { template });
      await createPool(place, {}, 'healthy');

      const status = await stalled('Stalled because of the template');
      await untilStatus(place, 'the other pool', ({ replicas }) => replicas === 1, 'healthy');

      expect(condition(status, 'Stalled')).toMatchObject({ reason: 'ObjectRefused' });
      expect(condition(status, 'Stalled').message).toContain(says);
      expect(await slotsOf(place)).toEqual(['healthy-0']);
      expect(await said()).not.toContain(canary);
      await setSpec(place, { template: null });
      await untilStatus(
        place,
        'the healed pool',
        (now) => condition(now, 'Stalled').status === 'False' && now.replicas === 1,
      );
    },
    testTimeoutMilliseconds,
  );

  it(
    'that breaks a rule of ours stalls its pool without a try',
    async () => {
      await createPool(place, { template: gateway({ lifecycle: { preStop: { exec: { command: [canary] } } } }) });

      const status = await stalled('Stalled because of the preStop hook');

      expect(condition(status, 'Stalled')).toMatchObject({ reason: 'TemplateRefused' });
      expect(condition(status, 'Stalled').message).toContain('spec.template.spec.containers[0].lifecycle.preStop');
      expect(await slotsOf(place)).toEqual([]);
      expect(await said()).not.toContain(canary);
    },
    testTimeoutMilliseconds,
  );

  it(
    'whose pods a quota refuses stalls its pool, and it heals by itself',
    async () => {
      const quota = {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace: place.namespace },
        spec: { hard: { 'count/deployments.apps': '0' } },
      };
      await place.cluster.controlPlane.kubectl(['apply', '-f', '-'], JSON.stringify(quota));
      await untilSeen(
        'the quota to act',
        waitMilliseconds,
        () => kubectl(place, ['get', 'resourcequota', 'none', '-o', 'jsonpath={.status.hard}']),
        (seen) => seen !== '',
      );

      await createPool(place);

      const status = await stalled('Stalled because of the quota');
      expect(condition(status, 'Stalled').message).toContain('exceeded quota: none');
      await kubectl(place, ['delete', 'resourcequota', 'none']);
      await untilStatus(
        place,
        'the healed pool',
        (now) => condition(now, 'Stalled').status === 'False' && now.replicas === 1,
      );
    },
    testTimeoutMilliseconds,
  );
});

describe('a configuration', () => {
  const configValid = (what: string, status: string): ReturnType<typeof untilStatus> =>
    untilStatus(place, what, (now) => condition(now, 'ConfigValid').status === status);

  it(
    'that is missing starts nothing, names the Secret, and heals when it is there',
    async () => {
      await createPool(place);

      const status = await configValid('no Secret', 'False');

      expect(condition(status, 'ConfigValid')).toMatchObject({
        reason: 'SecretNotFound',
        message: expect.stringContaining('"gateway"'),
      });
      expect(await slotsOf(place)).toEqual([]);
      await createConfig(place);
      await untilStatus(place, 'an instance', ({ replicas }) => replicas === 1);
    },
    testTimeoutMilliseconds,
  );

  it.each([
    { name: 'is not base64', value: `${canary}!`, reason: 'NotBase64' },
    { name: 'is not JSON', value: Buffer.from(canary).toString('base64'), reason: 'NotJson' },
    {
      name: 'has a clientId of the wrong length',
      value: Buffer.from(
        JSON.stringify({
          hostname: 'h',
          clientId: Buffer.from(canary).toString('base64'),
          privateKey: 'YQ==',
          serverPublicKeyId: '10',
          appKey: 'YQ==',
        }),
      ).toString('base64'),
      reason: 'FieldInvalid',
    },
  ])(
    'that $name starts nothing, names Secret and key, and shows no value',
    async ({ value, reason }) => {
      await createConfig(place, value);
      await createPool(place, {
        profile: 'Keeper',
        image: 'keeper/gateway:1.8.4',
        config: { secretName: 'gateway' },
        listeners: [],
      });

      const status = await configValid('a wrong value', 'False');

      expect(condition(status, 'ConfigValid').reason).toBe(reason);
      expect(condition(status, 'ConfigValid').message).toContain('Secret "gateway", key "config"');
      expect(await slotsOf(place)).toEqual([]);
      expect(await said()).not.toContain(canary);
      expect(await said()).not.toContain(value);
    },
    testTimeoutMilliseconds,
  );

  it(
    'that becomes wrong leaves what runs alone, and a good one is copied for those that start later',
    async () => {
      await createConfig(place, 'first');
      await createPool(place);
      const running = await untilStatus(place, 'an instance', ({ replicas }) => replicas === 1);
      const change = (data: object | null): Promise<KubeObject> =>
        place.cluster.client.mergePatch(secretType, { namespace: place.namespace, name: 'gateway' }, { data });

      await change(null);
      await configValid('no key', 'False');
      expect(await slotsOf(place)).toEqual(['prod-0']);
      await change({ config: Buffer.from(canary).toString('base64') });
      const status = await untilStatus(place, 'an outdated instance', ({ updatedInstances }) => updatedInstances === 0);

      expect(condition(status, 'RollingOut').status).toBe('True');
      expect(status.slots?.[0]?.revision).toBe(running.slots?.[0]?.revision);
      const copies = await place.cluster.client.list<KubeObject & { immutable?: boolean }>(secretType, {
        namespace: place.namespace,
        labelSelector: labels.pool,
      });
      expect(copies.items).toHaveLength(2);
      expect(copies.items.every(({ immutable }) => immutable === true)).toBe(true);
      expect(await said()).not.toContain(canary);
      expect(await said()).not.toContain(Buffer.from(canary).toString('base64'));
    },
    testTimeoutMilliseconds,
  );

  it(
    'that goes back to an earlier one uses its copy again; copies that nobody needs are deleted, others stay',
    async () => {
      await createConfig(place, 'first');
      // Instances of the first copy run on: it stays for them.
      await createPool(place, { rollout: { policy: 'OnDelete' } });
      await untilStatus(place, 'an instance', ({ replicas }) => replicas === 1);
      const copies = async (): Promise<string[]> => {
        const { items } = await place.cluster.client.list(secretType, {
          namespace: place.namespace,
          labelSelector: labels.pool,
        });
        const sequence = ({ metadata }: KubeObject): number =>
          Number(metadata.annotations?.['pam.gatewaypool.io/sequence']);
        return items.sort((left, right) => sequence(right) - sequence(left)).map(({ metadata }) => metadata.name);
      };
      const rotateTo = async (value: string): Promise<string[]> => {
        const data = { config: Buffer.from(value).toString('base64') };
        await place.cluster.client.mergePatch(secretType, { namespace: place.namespace, name: 'gateway' }, { data });
        const status = await untilStatus(
          place,
          `the copy of ${value}`,
          (now) => condition(now, 'ConfigValid').message !== previous,
        );
        previous = condition(status, 'ConfigValid').message;
        await until('the copy to be in use', waitMilliseconds, async () =>
          previous.includes((await copies())[0] ?? 'none'),
        );
        return copies();
      };
      let previous = condition(await configValid('a valid one', 'True'), 'ConfigValid').message;

      const [first = ''] = await copies();
      const [second = ''] = await rotateTo('second');
      const [third = ''] = await rotateTo('third');
      const afterThird = await until(
        'three copies',
        waitMilliseconds,
        async () => (await copies()).length === 3 && copies(),
      );
      const back = await rotateTo('second');

      expect(afterThird).toEqual([third, second, first]);
      expect(back).toEqual([second, third, first]);
      const [fourth = ''] = await rotateTo('fourth');
      const afterFourth = await until(
        'a copy to be deleted',
        waitMilliseconds,
        async () => (await copies()).length === 3 && copies(),
      );
      expect(afterFourth).toEqual([fourth, second, first]);
    },
    testTimeoutMilliseconds,
  );
});
