import { beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configMapType, deploymentType, podType, secretType, serviceType } from '../../../src/operator/resources.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import type { ConfigMap } from '../config-map.ts';
import { condition, createPool, find, kubectl, setSpec, slotsOf, untilStatus } from './cluster.ts';
import { createPoolOfTwo, podOf, podsOf, uidsOf, untilRolledOut } from './pool-of-two.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const place = workplace({ node: true });
const canary = 'c4n4ry-v4lue';

let texts: TlsTexts;
let other: TlsTexts;

beforeAll(async () => {
  [texts, other] = await Promise.all([createTlsTexts(), createTlsTexts()]);
});

const listenersWith = (tls: object): object[] => [
  { name: 'https', port: 443, targetPort: 8080, protocol: 'HTTP', tls },
];

/** A Secret whose changes are watched. */
async function createSecret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
  const { namespace } = place;
  const labels = { 'pam.gatewaypool.io/config': 'true' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, stringData: values };
  await place.cluster.client.create<KubeObject>(secretType, secret);
}

const setSecret = (name: string, stringData: object): Promise<KubeObject> =>
  place.cluster.client.mergePatch(secretType, { namespace: place.namespace, name }, { stringData });

const pairOf = ({ cert, key }: TlsTexts): Record<string, string> => ({ 'tls.crt': cert, 'tls.key': key });

const tlsValid = (what: string, reason: string): ReturnType<typeof untilStatus> =>
  untilStatus(place, what, (status) => condition(status, 'TLSValid').reason === reason);

async function said(): Promise<string> {
  const pools = await kubectl(place, ['get', 'gatewaypools', '-o', 'jsonpath={.items[*].status}']);
  const events = await kubectl(place, ['get', 'events', '-o', 'json']);
  return [pools, events, place.operator.output()].join('\n');
}

interface Mounts {
  name: string;
  volumeMounts?: { name: string }[];
}

interface PodWithMounts extends KubeObject {
  spec: { containers: Mounts[]; initContainers: Mounts[] };
}

describe('a Secret that a listener names', () => {
  it(
    'starts nothing while it is missing or lacks a key, and the pool goes on by itself when it is there',
    async () => {
      await createPool(place, {
        listeners: listenersWith({ secretName: 'prod-tls', clientCASecretName: 'prod-clients' }),
      });

      const missing = await tlsValid('no Secret', 'SecretNotFound');
      await createSecret('prod-tls', pairOf(texts));
      await createSecret('prod-clients', { 'ca.pem': texts.ca });
      const lacking = await tlsValid('no key', 'KeyNotFound');
      const slots = await slotsOf(place);
      const pods = await podsOf(place);
      await setSecret('prod-clients', { 'ca.crt': texts.ca });
      await untilStatus(place, 'an instance', ({ readyInstances }) => readyInstances === 1);

      expect(condition(missing, 'TLSValid')).toMatchObject({
        status: 'False',
        message: expect.stringContaining('spec.listeners[0].tls.secretName: Secret "prod-tls" does not exist'),
      });
      expect(condition(missing, 'Ready').reason).toBe('TLSInvalid');
      expect(condition(lacking, 'TLSValid').message).toContain(
        'spec.listeners[0].tls.clientCASecretName: Secret "prod-clients" has no key "ca.crt"',
      );
      expect([slots, pods]).toEqual([[], []]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'comes to the sidecar alone, and the Service says https',
    async () => {
      await createSecret('prod-tls', pairOf(texts));
      await createPool(place, { listeners: listenersWith({ secretName: 'prod-tls' }) });
      await untilStatus(place, 'an instance', ({ readyInstances }) => readyInstances === 1);

      const { metadata } = await podOf(place, 'prod-0');
      const pod = await find<PodWithMounts>(place, podType, metadata.name);
      const mounting = [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])].filter(
        ({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === 'gatewaypool-tls'),
      );
      expect(mounting.map(({ name }) => name)).toEqual(['balancer']);
      const settings = await find<ConfigMap>(place, configMapType, 'prod-balancer');
      expect(settings?.data?.['balancer.yaml']).toContain('certificateFile: /etc/gatewaypool/tls/https/tls.crt');
      const service = await find<KubeObject & { spec: { ports: object[] } }>(place, serviceType, 'prod');
      expect(service?.spec.ports).toMatchObject([{ name: 'https', appProtocol: 'https' }]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'rolls the instances when another one is named, and not before that is there',
    async () => {
      await createSecret('prod-tls', pairOf(texts));
      await createPoolOfTwo(place, { listeners: listenersWith({ secretName: 'prod-tls' }) });
      const before = await uidsOf(place);

      await setSpec(place, { listeners: listenersWith({ secretName: 'next-tls' }) });
      const held = await untilStatus(place, 'a held rollout', ({ updatedInstances, ...status }) => {
        return updatedInstances === 0 && condition(status, 'RollingOut').reason === 'Blocked';
      });
      const during = await uidsOf(place);
      const settings = await find<ConfigMap>(place, configMapType, 'prod-balancer');
      await createSecret('next-tls', pairOf(other));
      await untilRolledOut(place);
      const after = await uidsOf(place);

      expect(held).toMatchObject({ readyInstances: 2 });
      expect(condition(held, 'RollingOut').message).toContain('Secret "next-tls" does not exist');
      expect(during).toEqual(before);
      // Those that run have the file of the old one, under the same name.
      expect(settings?.data?.['balancer.yaml']).toContain('/etc/gatewaypool/tls/https/tls.crt');
      expect(after.some((uid) => before.includes(uid))).toBe(false);
    },
    testTimeoutMilliseconds,
  );

  it(
    'restarts nothing when it is renewed; a wrong one is told of, and shows no value',
    async () => {
      await createSecret('prod-tls', pairOf(texts));
      await createPool(place, { listeners: listenersWith({ secretName: 'prod-tls' }) });
      await untilStatus(place, 'an instance', ({ readyInstances }) => readyInstances === 1);
      const before = await find<KubeObject>(place, deploymentType, 'prod-0');

      await setSecret('prod-tls', { 'tls.key': canary });
      const wrong = await tlsValid('a wrong key', 'NotPem');
      await setSecret('prod-tls', { 'tls.key': other.key });
      await tlsValid('a key of another certificate', 'KeyMismatch');
      await setSecret('prod-tls', pairOf(other));
      const renewed = await tlsValid('a renewed certificate', 'Valid');

      expect(condition(wrong, 'TLSValid').message).toContain('Secret "prod-tls", key "tls.key": the value must be');
      expect(condition(renewed, 'RollingOut').reason).toBe('UpToDate');
      const after = await find<KubeObject>(place, deploymentType, 'prod-0');
      expect(after?.metadata.generation).toBe(before?.metadata.generation);
      const texted = await said();
      expect(texted).not.toContain(canary);
      expect(texted).not.toContain(Buffer.from(canary).toString('base64'));
      expect(texted).not.toContain(other.key.split('\n')[1]);
    },
    testTimeoutMilliseconds,
  );
});
