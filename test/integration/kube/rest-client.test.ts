import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isAlreadyExists, isConflict, isInvalid, isNotFound } from '../../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { thrownBy } from '../../kube/thrown.ts';
import { type ConfigMap, configMapType } from '../config-map.ts';
import { connect } from '../connect.ts';

interface Deployment extends KubeObject {
  spec?: { replicas?: number; minReadySeconds?: number };
  status?: { observedGeneration?: number };
}

const deployments: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};
const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

function deployment(name: string): Deployment {
  const labels = { app: name };
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'none' }] } },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec };
}

const at = (name: string) => ({ namespace: 'default', name });

describe('the REST client on a real API server', () => {
  let controlPlane: ControlPlane;
  let disconnect: () => void;
  let client: KubeClient;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
    ({ client, close: disconnect } = await connect(controlPlane.kubeconfigPath, 'test/1.0'));
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    disconnect();
    await controlPlane.stop();
  });

  it('creates and gets', async () => {
    const created = await client.create(configMapType, configMap('created', { a: '1' }), { fieldManager: 'tester' });

    const got = await client.get<ConfigMap>(configMapType, at('created'));

    expect(got).toEqual(created);
    expect(got.data).toEqual({ a: '1' });
    expect(got.metadata.managedFields).toMatchObject([{ manager: 'tester', operation: 'Update' }]);
  });

  it('says that an object exists already', async () => {
    await client.create(configMapType, configMap('twice'));

    const error = await thrownBy(client.create(configMapType, configMap('twice')));

    expect(isAlreadyExists(error)).toBe(true);
    expect(isConflict(error)).toBe(false);
  });

  it('says that an object is not there', async () => {
    const error = await thrownBy(client.get(configMapType, at('absent')));

    expect(isNotFound(error)).toBe(true);
    expect(error).toHaveProperty(
      'message',
      'GET /api/v1/namespaces/default/configmaps/absent failed: configmaps "absent" not found (404 NotFound)',
    );
  });

  it('reaches objects of cluster scope', async () => {
    const namespace = await client.get(namespaces, { name: 'kube-system' });

    expect(namespace.metadata.name).toBe('kube-system');
  });

  it('names the field that is wrong', async () => {
    const error = await thrownBy(
      client.create<Deployment>(deployments, {
        ...deployment('wrong'),
        spec: { ...deployment('wrong').spec, replicas: -1 },
      }),
    );

    expect(isInvalid(error)).toBe(true);
    expect(error).toMatchObject({ causes: [{ field: 'spec.replicas' }] });
  });

  it('replaces only the version that it read', async () => {
    const first = await client.create(configMapType, configMap('replaced', { a: '1' }));

    const second = await client.replace(configMapType, { ...first, data: { a: '2' } });
    const error = await thrownBy(client.replace(configMapType, { ...first, data: { a: '3' } }));

    expect(second.data).toEqual({ a: '2' });
    expect(isConflict(error)).toBe(true);
  });

  it('applies as its own field manager, and takes fields over only by force', async () => {
    await client.apply(configMapType, configMap('applied', { ours: '1' }), { fieldManager: 'ours', force: false });
    const foreign = configMap('applied', { ours: '2' });

    const error = await thrownBy(client.apply(configMapType, foreign, { fieldManager: 'theirs', force: false }));
    const forced = await client.apply(configMapType, foreign, { fieldManager: 'theirs', force: true });

    expect(isConflict(error)).toBe(true);
    expect(error).toMatchObject({ causes: [{ reason: 'FieldManagerConflict', field: '.data.ours' }] });
    expect(forced.data).toEqual({ ours: '2' });
  });

  it('applies and patches the status as a subresource', async () => {
    await client.create(deployments, deployment('with-status'));
    const status = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: at('with-status'),
      status: { observedGeneration: 7 },
    };

    const applied = await client.apply<Deployment>(deployments, status, {
      fieldManager: 'tester',
      force: true,
      subresource: 'status',
    });
    const patched = await client.mergePatch<Deployment>(
      deployments,
      at('with-status'),
      { status: { observedGeneration: 8 } },
      { fieldManager: 'tester', subresource: 'status' },
    );

    expect(applied.status?.observedGeneration).toBe(7);
    expect(applied.spec?.replicas).toBe(1);
    expect(patched.status?.observedGeneration).toBe(8);
  });

  it('merges a patch into what is there', async () => {
    await client.create(configMapType, configMap('patched', { kept: '1', removed: '1' }));

    const patched = await client.mergePatch<ConfigMap>(configMapType, at('patched'), {
      data: { removed: null, added: '1' },
    });

    expect(patched.data).toEqual({ kept: '1', added: '1' });
  });

  it('deletes only the object that is meant', async () => {
    const { metadata } = await client.create(configMapType, configMap('deleted'));
    const uid = metadata.uid ?? '';

    const error = await thrownBy(client.delete(configMapType, at('deleted'), { preconditions: { uid: 'another' } }));
    await client.delete(configMapType, at('deleted'), { preconditions: { uid }, propagationPolicy: 'Background' });

    expect(isConflict(error)).toBe(true);
    expect(isNotFound(await thrownBy(client.get(configMapType, at('deleted'))))).toBe(true);
  });

  it('lists everything of more than two pages, with the type of each object', async () => {
    const names = Array.from({ length: 1100 }, (_value, index) => `paged-${index}`);
    const create = (name: string) =>
      client.create(configMapType, { ...configMap(name), metadata: { ...at(name), labels: { paged: 'yes' } } });
    for (let from = 0; from < names.length; from += 50) await Promise.all(names.slice(from, from + 50).map(create));

    const { items, resourceVersion } = await client.list(configMapType, {
      namespace: 'default',
      labelSelector: 'paged=yes',
    });

    expect(new Set(items.map(({ metadata }) => metadata.name))).toEqual(new Set(names));
    expect(items.every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap')).toBe(true);
    expect(Number(resourceVersion)).toBeGreaterThan(0);
  }, 60_000);

  it('keeps fields that it does not know when it writes back what it read', async () => {
    await client.create(deployments, deployment('foreign-fields'));
    await client.mergePatch(deployments, at('foreign-fields'), { spec: { minReadySeconds: 3 } });

    const read = await client.get<Deployment>(deployments, at('foreign-fields'));
    const written = await client.replace<Deployment>(deployments, { ...read, spec: { ...read.spec, replicas: 2 } });

    expect(written.spec).toEqual({ ...read.spec, replicas: 2 });
    expect(written.spec).toHaveProperty('strategy');
  });
});
