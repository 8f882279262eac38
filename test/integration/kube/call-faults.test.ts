import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import type { Fault } from '../../faults/fault-proxy.ts';
import { thrownBy } from '../../kube/thrown.ts';
import { type ConfigMap, configMapType } from '../config-map.ts';
import { openDamagedPath } from './damaged-path.ts';
import type { DamagedPath } from './damaged-path.ts';

describe('calls through a damaged network, to a real API server', () => {
  let controlPlane: ControlPlane;
  let path: DamagedPath;
  let client: KubeClient;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await controlPlane.stop();
  });

  beforeEach(async () => {
    path = await openDamagedPath(controlPlane.kubeconfigPath, { staleAfterMilliseconds: 300 });
    client = createKubeClient(path.transport);
  });

  afterEach(async () => {
    await path.close();
  });

  const key = (name: string) => ({ namespace: path.namespace, name });
  const configMap = (name: string): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: key(name) });
  const methods = (): string[] => path.proxy.requests.map(({ method }) => method);

  it.each<{ name: string; fault: Fault }>([
    { name: 'twice 500', fault: { answer: 500 } },
    { name: 'twice 503', fault: { answer: 503 } },
    { name: 'twice 429 with Retry-After', fault: { answer: 429, retryAfterSeconds: 1 } },
    { name: 'two resets', fault: { reset: true } },
  ])('a GET gets through $name', async ({ fault }) => {
    await path.create('one');
    path.proxy.strike(['Call'], fault, 2);

    const got = await client.get(configMapType, key('one'));

    expect(got.metadata.name).toBe('one');
    expect(methods()).toEqual(['GET', 'GET', 'GET']);
  });

  it('a list gets through a page that fails, and through an expired continue token', async () => {
    const names = Array.from({ length: 600 }, (_value, index) => `object-${index}`);
    for (let from = 0; from < names.length; from += 50) {
      await Promise.all(names.slice(from, from + 50).map((name) => path.create(name)));
    }
    path.proxy.strike(['NextPage'], { answer: 500 }, 1);
    path.proxy.strike(['NextPage'], { answer: 410, reason: 'Expired' }, 1);

    const { items } = await client.list(configMapType, { namespace: path.namespace });

    expect(items).toHaveLength(600);
    expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(600);
    expect(path.proxy.requests.map(({ kind }) => kind)).toEqual(['List', 'NextPage', 'NextPage', 'Call']);
  }, 60_000);

  it('a POST that the server put off is sent again, and one that broke is not', async () => {
    path.proxy.strike(['Call'], { answer: 429, retryAfterSeconds: 1 }, 1);
    const created = await client.create(configMapType, configMap('put-off'));
    path.proxy.strike(['Call'], { reset: true }, 1);

    const error = await thrownBy(client.create(configMapType, configMap('broken')));

    expect(created.metadata.name).toBe('put-off');
    expect(error).toMatchObject({ code: 'Connection' });
    expect(methods()).toEqual(['POST', 'POST', 'POST']);
  });

  it('a GET leaves a pooled connection that died silently', async () => {
    await path.create('one');
    await client.get(configMapType, key('one'));

    path.proxy.link.silence();
    path.proxy.link.speak('New');
    const got = await client.get(configMapType, key('one'));

    expect(got.metadata.name).toBe('one');
    expect(path.proxy.link.accepted).toBe(2);
  });

  it('a write into a black hole ends at its deadline, and the next one takes a new connection', async () => {
    await client.create(configMapType, configMap('one'));
    path.proxy.link.silence();

    const error = await thrownBy(
      client.mergePatch(configMapType, key('one'), { data: { a: '1' } }, { deadlineMilliseconds: 300 }),
    );
    path.proxy.link.speak('New');
    const patched = await client.mergePatch<ConfigMap>(configMapType, key('one'), { data: { b: '1' } });

    expect(error).toMatchObject({ code: 'Timeout' });
    expect(patched.data).toHaveProperty('b', '1');
  });

  it('says that nobody listens', async () => {
    await path.proxy.link.refuse();

    const error = await thrownBy(client.delete(configMapType, key('one')));

    expect(error).toMatchObject({ code: 'Connection', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('2,000 calls at once need no more connections than the pool has', async () => {
    await path.create('one');

    await Promise.all(Array.from({ length: 2000 }, () => client.get(configMapType, key('one'))));

    expect(methods()).toHaveLength(2000);
    expect(path.proxy.link.accepted).toBeLessThanOrEqual(32);
  }, 60_000);
});
