import { beforeEach, describe, expect, it } from '@jest/globals';
import { Store } from '../../../src/kube/cache/store.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { keyOf } from '../../../src/kube/object.ts';
import type { Caches, StoredPool, WatchedConfigMap } from '../../../src/operator/observe/caches.ts';
import { watchForChanges } from '../../../src/operator/observe/triggers.ts';
import type { WatchedDeployment } from '../../../src/operator/observe/watched-deployment.ts';
import type { WatchedNode } from '../../../src/operator/observe/watched-node.ts';
import type { WatchedPod } from '../../../src/operator/observe/watched-pod.ts';

let caches: Caches & { children: Map<string, Store<KubeObject>> };
let enqueued: { key: string; initial: boolean }[];
let gone: string[];

beforeEach(() => {
  const configMaps = new Store<WatchedConfigMap>();
  caches = {
    pools: new Store<StoredPool>(),
    deployments: new Store<WatchedDeployment>(),
    pods: new Store<WatchedPod>(),
    nodes: new Store<WatchedNode>(),
    configMaps,
    children: new Map<string, Store<KubeObject>>([
      ['ConfigMap', configMaps],
      ['Service', new Store<KubeObject>()],
    ]),
    configCopies: new Store<KubeObject>(),
    configSecrets: new Store<KubeObject>(),
  };
  enqueued = [];
  gone = [];
  watchForChanges(
    caches,
    (key, { initial }) => enqueued.push({ key, initial }),
    (pool) => gone.push(keyOf(pool)),
  );
});

const keys = (): string[] => enqueued.map(({ key }) => key);

function objectOf(kind: string, name: string, pool: string | undefined, resourceVersion = '1'): KubeObject {
  const labels = pool === undefined ? {} : { 'pam.gatewaypool.io/pool': pool };
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'a', uid: name, resourceVersion, labels } };
}

const poolUsing = (name: string, secretName: string, namespace = 'a'): StoredPool => ({
  apiVersion: 'v1',
  kind: 'GatewayPool',
  metadata: { name, namespace, uid: `${namespace}-${name}`, resourceVersion: '1' },
  spec: { config: { secretName } },
});

describe('a change', () => {
  it('of a pool brings its key, and of a deleted one that it is gone', () => {
    caches.pools.put(poolUsing('prod', 's'), '1');
    caches.pools.remove('a/prod', '2');

    expect(keys()).toEqual(['a/prod', 'a/prod']);
    expect(gone).toEqual(['a/prod']);
  });

  it.each(['Service', 'ConfigMap'])('of a %s brings the pool of its label, once', (kind) => {
    caches.children.get(kind)?.put(objectOf(kind, 'x', 'prod'), '1');

    expect(keys()).toEqual(['a/prod']);
  });

  it('of the label brings both the pool that it was of and the one that it is of', () => {
    caches.pods.put(objectOf('Pod', 'x', 'prod', '1'), '1');
    enqueued.length = 0;

    caches.pods.put(objectOf('Pod', 'x', 'test', '2'), '2');

    expect(keys()).toEqual(['a/prod', 'a/test']);
  });

  it('of an object that is no pool of ours brings nothing', () => {
    caches.configCopies.put(objectOf('Secret', 'x', undefined), '1');

    expect(keys()).toEqual([]);
  });

  it.each([
    { tls: { secretName: 'web-tls' } },
    { tls: { secretName: 'x', clientCASecretName: 'web-tls' } },
    { targetTLS: { caSecretName: 'web-tls' } },
    { targetTLS: { clientSecretName: 'web-tls' } },
  ])('of the Secret of a listener, %j, brings the pools that name it', (listener) => {
    const pool = poolUsing('prod', 's');
    caches.pools.put({ ...pool, spec: { config: { secretName: 's' }, listeners: [{ name: 'ssh' }, listener] } }, '1');
    caches.pools.put(poolUsing('other', 's'), '2');
    enqueued.length = 0;

    caches.configSecrets.put(objectOf('Secret', 'web-tls', undefined), '1');

    expect(keys()).toEqual(['a/prod']);
  });

  it('of a configuration brings the pools of its namespace that use it', () => {
    for (const pool of [poolUsing('prod', 'shared'), poolUsing('test', 'other'), poolUsing('prod', 'shared', 'b')])
      caches.pools.put(pool, '1');
    enqueued.length = 0;

    caches.configSecrets.put(objectOf('Secret', 'shared', undefined), '1');

    expect(keys()).toEqual(['a/prod']);
  });

  it('that was there when the process started is not urgent', () => {
    caches.deployments.replace(new Map([['a/prod-0', objectOf('Deployment', 'prod-0', 'prod')]]), '1', {
      initial: true,
    });
    caches.deployments.put(objectOf('Deployment', 'prod-1', 'prod'), '2');

    expect(enqueued.map(({ initial }) => initial)).toEqual([true, false]);
  });
});

describe('a node', () => {
  type State = 'Lost' | 'Cordoned' | 'Well';
  const node = (state: State, resourceVersion: string): WatchedNode => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', resourceVersion, uid: 'n' },
    spec: {
      taints: state === 'Lost' ? [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] : [],
      ...(state === 'Cordoned' ? { unschedulable: true } : {}),
    },
  });
  const placed: WatchedPod = { ...objectOf('Pod', 'x', 'prod'), spec: { nodeName: 'node-1' } };

  it.each<{ name: string; before: State; after: State; expected: string[] }>([
    { name: 'that is lost brings the pools with a pod on it', before: 'Well', after: 'Lost', expected: ['a/prod'] },
    { name: 'that comes back does so too', before: 'Lost', after: 'Well', expected: ['a/prod'] },
    { name: 'that is cordoned does so too', before: 'Well', after: 'Cordoned', expected: ['a/prod'] },
    { name: 'that takes pods again does so too', before: 'Cordoned', after: 'Well', expected: ['a/prod'] },
    {
      name: 'of which anything else changes brings nothing: that is every few minutes',
      before: 'Well',
      after: 'Well',
      expected: [],
    },
  ])('$name', ({ before, after, expected }) => {
    caches.nodes.put(node(before, '1'), '1');
    caches.pods.put(placed, '1');
    enqueued.length = 0;

    caches.nodes.put(node(after, '2'), '2');

    expect(keys()).toEqual(expected);
  });
});
