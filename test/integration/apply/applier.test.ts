import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Applier, type ApplierOptions } from '../../../src/kube/apply/applier.ts';
import { ForeignObjectError } from '../../../src/kube/apply/ownership.ts';
import { trimMetadata } from '../../../src/kube/cache/trim.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isConflict, isNotFound } from '../../../src/kube/errors.ts';
import { keyOf, type KubeObject, type OwnerReference, type ResourceType } from '../../../src/kube/object.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { type ConfigMap, configMapType } from '../config-map.ts';
import { connect } from '../connect.ts';
import { countingClient } from './counting-client.ts';
import { type Deployment, deployment, deploymentType, oneOfEach, serviceType } from './fixtures.ts';

const fieldManager = 'pool-operator';
const hashAnnotation = 'example.com/intent';

/** An applier with a cache that shows what the test has put into it, no sooner and no later. */
interface Bench {
  readonly applier: Applier;
  /** What was sent since the last look. */
  readonly sent: () => string[];
  /** Lets the cache catch up with one object, trimmed as a controller trims it. */
  readonly observe: (type: ResourceType, name: string) => Promise<KubeObject | undefined>;
  readonly cache: Map<string, KubeObject>;
}

describe('Applier against a real API server', () => {
  let controlPlane: ControlPlane;
  let client: KubeClient;
  let close = (): void => {};
  let owner: OwnerReference;

  const bench = (options: Partial<ApplierOptions> = {}): Bench => {
    const counted = countingClient(client);
    const cache = new Map<string, KubeObject>();
    const applier = new Applier({
      client: counted.client,
      live: (type, key) => cache.get(`${type.plural} ${key}`),
      ...options,
    });
    return {
      applier,
      cache,
      sent: () => counted.verbs.splice(0),
      observe: async (type, name) => {
        const key = `${type.plural} default/${name}`;
        const live = await client.get(type, { namespace: 'default', name }).catch((error: unknown) => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
        if (live === undefined) cache.delete(key);
        else cache.set(key, trimMetadata(live));
        return live;
      },
    };
  };
  const read = (name: string): Promise<Deployment> =>
    client.get<Deployment>(deploymentType, { namespace: 'default', name });
  const rejection = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  beforeAll(async () => {
    // Without controllers nothing but the test changes an object, and no garbage collector runs.
    controlPlane = await startControlPlane({ controllerManager: false });
    ({ client, close } = await connect(controlPlane.kubeconfigPath, 'applier-test'));
    const parent = await client.create<ConfigMap>(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name: 'parent' },
    });
    const { uid = '', name } = parent.metadata;
    owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, controller: true, blockOwnerDeletion: true };
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    close();
    await controlPlane.stop();
  });

  it('creates each kind of object once, and then sends nothing more', async () => {
    const { applier, observe, sent } = bench();
    const objects = oneOfEach(owner).map(({ type, object }) => ({
      type,
      object: { ...object, metadata: { ...object.metadata, name: 'steady' } },
    }));

    const first = [];
    for (const { type, object } of objects) first.push(await applier.ensure(type, object, { fieldManager }));
    const toCreate = sent();
    for (const { type } of objects) await observe(type, 'steady');
    const second = [];
    for (const { type, object } of objects) second.push(await applier.ensure(type, object, { fieldManager }));

    expect(new Set(first)).toEqual(new Set(['Created']));
    expect(toCreate).toEqual(objects.map(() => 'create'));
    expect(new Set(second)).toEqual(new Set(['Skipped']));
    expect(sent()).toEqual([]);
  });

  it('sends nothing after a restart either, when the hash of the intent is kept on the object', async () => {
    const before = bench({ hashAnnotation });
    const objects = oneOfEach(owner);
    for (const { type, object } of objects) await before.applier.ensure(type, object, { fieldManager });

    const restarted = bench({ hashAnnotation });
    for (const { type } of objects) await restarted.observe(type, 'each');
    const outcomes = [];
    for (const { type, object } of objects)
      outcomes.push([type.kind, await restarted.applier.ensure(type, object, { fieldManager })]);

    expect(outcomes).toEqual(objects.map(({ type }) => [type.kind, 'Skipped']));
    expect(restarted.sent()).toEqual([]);
  });

  it('applies once after a restart without that annotation, which changes nothing', async () => {
    const intent = deployment('restarted', owner);
    await bench().applier.ensure(deploymentType, intent, { fieldManager });
    const restarted = bench();
    await restarted.observe(deploymentType, 'restarted');

    const outcomes = [
      await restarted.applier.ensure(deploymentType, intent, { fieldManager }),
      await restarted.applier.ensure(deploymentType, intent, { fieldManager }),
    ];

    expect(outcomes).toEqual(['Applied', 'Skipped']);
    expect((await read('restarted')).metadata.generation).toBe(1);
  });

  it('removes a field that the POST set and the intent drops, in one write, and owns all by Apply', async () => {
    const { applier, observe } = bench();
    await applier.create(deploymentType, deployment('dropped', owner, { minReadySeconds: 7, paused: true }), {
      fieldManager,
    });
    const posted = await read('dropped');
    await observe(deploymentType, 'dropped');

    const outcome = await applier.ensure(deploymentType, deployment('dropped', owner), { fieldManager });

    const live = await read('dropped');
    expect(posted.metadata.managedFields).toMatchObject([{ manager: fieldManager, operation: 'Update' }]);
    expect(outcome).toBe('Applied');
    expect(live.spec.minReadySeconds).toBeUndefined();
    expect(live.spec.paused).toBeUndefined();
    expect(live.metadata.managedFields).toMatchObject([{ manager: fieldManager, operation: 'Apply' }]);
    expect(live.metadata.generation).toBe((posted.metadata.generation ?? 0) + 1);
  });

  it('takes the fields of the POST over only once', async () => {
    const { applier, observe, sent } = bench();
    await applier.create(deploymentType, deployment('once', owner), { fieldManager });
    sent();

    for (const minReadySeconds of [1, 2]) {
      await observe(deploymentType, 'once');
      await applier.ensure(deploymentType, deployment('once', owner, { minReadySeconds }), { fieldManager });
    }

    expect(sent()).toEqual(['get', 'mergePatch', 'apply', 'apply']);
  });

  it('puts a changed field back and leaves alone what others added', async () => {
    const { applier, observe, sent } = bench();
    await applier.ensure(deploymentType, deployment('drift', owner), { fieldManager });
    await controlPlane.kubectl(['scale', 'deployment/drift', '--replicas=5']);
    await controlPlane.kubectl(['rollout', 'restart', 'deployment/drift']);
    await controlPlane.kubectl(['label', 'deployment/drift', 'team=a']);
    await observe(deploymentType, 'drift');
    sent();

    const outcome = await applier.ensure(deploymentType, deployment('drift', owner), { fieldManager });

    const live = await read('drift');
    expect(outcome).toBe('Applied');
    expect(live.spec.replicas).toBe(1);
    expect(live.metadata.labels).toEqual({ app: 'drift', team: 'a' });
    expect(live.spec.template.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/restartedAt']);
  });

  it.each([
    { name: 'a cache of whole objects', trim: (live: KubeObject): KubeObject => live },
    {
      name: 'a cache of metadata only',
      trim: ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({ apiVersion, kind, metadata }),
    },
  ])('sends nothing when only the status moves, with $name', async ({ name, trim }) => {
    const { applier, cache, observe, sent } = bench();
    const slot = name.replaceAll(' ', '-');
    await applier.ensure(deploymentType, deployment(slot, owner), { fieldManager });
    sent();

    const status = '{"status":{"observedGeneration":1,"replicas":1,"readyReplicas":1}}';
    await controlPlane.kubectl(['patch', `deployment/${slot}`, '--subresource=status', '--type=merge', '-p', status]);
    const live = await observe(deploymentType, slot);
    if (live !== undefined) cache.set(`deployments ${keyOf(live)}`, trim(live));
    const outcome = await applier.ensure(deploymentType, deployment(slot, owner), { fieldManager });

    expect(outcome).toBe('Skipped');
    expect(sent()).toEqual([]);
  });

  it('sends nothing while the cache still shows the version before our own write', async () => {
    const { applier, observe, sent } = bench();
    await applier.ensure(deploymentType, deployment('lagging', owner), { fieldManager });
    await observe(deploymentType, 'lagging');
    const changed = deployment('lagging', owner, { minReadySeconds: 3 });
    await applier.ensure(deploymentType, changed, { fieldManager });
    sent();

    const outcome = await applier.ensure(deploymentType, changed, { fieldManager });

    expect(outcome).toBe('Skipped');
    expect(sent()).toEqual([]);
  });

  it('goes on from the live object when the cache does not show one that is there', async () => {
    const { applier, sent } = bench();
    await bench().applier.ensure(deploymentType, deployment('unseen', owner), { fieldManager });

    const outcome = await applier.ensure(deploymentType, deployment('unseen', owner, { minReadySeconds: 3 }), {
      fieldManager,
    });

    expect(outcome).toBe('Applied');
    expect(sent().slice(0, 2)).toEqual(['create', 'get']);
    expect((await read('unseen')).spec.minReadySeconds).toBe(3);
  });

  it.each([
    { name: 'deleted', recreate: false },
    { name: 'deleted and created again by somebody else', recreate: true },
  ])('neither creates nor changes an object that was $name, when its uid is given', async ({ name, recreate }) => {
    const { applier, observe } = bench();
    const slot = `uid-${name.replaceAll(' ', '-')}`;
    const created = await applier.create(deploymentType, deployment(slot, owner), { fieldManager });
    await observe(deploymentType, slot);
    await client.delete(deploymentType, { namespace: 'default', name: slot });
    if (recreate)
      await client.create(
        deploymentType,
        deployment(slot, { ...owner, name: 'stranger', uid: 'stranger' }, { minReadySeconds: 9 }),
        { fieldManager },
      );

    const { uid = '' } = created.metadata;
    const changed = deployment(slot, owner, { minReadySeconds: 1 });
    const fromStaleCache = await rejection(applier.ensure(deploymentType, changed, { fieldManager, expectedUid: uid }));
    await observe(deploymentType, slot);
    const fromFreshCache = await rejection(applier.ensure(deploymentType, changed, { fieldManager, expectedUid: uid }));

    expect(fromStaleCache).toMatchObject({ name: 'KubeError', status: recreate ? 409 : 404 });
    expect(fromFreshCache).toMatchObject(recreate ? { code: 'OwnedByOther' } : { status: 404 });
    const after = await rejection(read(slot).then((live) => Promise.reject(live)));
    expect(after).toMatchObject(
      recreate
        ? { spec: { minReadySeconds: 9 }, metadata: { managedFields: [{ operation: 'Update' }] } }
        : { status: 404 },
    );
  });

  it('does not create an object again that was deleted while the cache still shows it', async () => {
    const { applier, observe } = bench();
    await applier.ensure(deploymentType, deployment('vanished', owner), { fieldManager });
    await observe(deploymentType, 'vanished');
    await applier.ensure(deploymentType, deployment('vanished', owner, { minReadySeconds: 1 }), { fieldManager });
    await client.delete(deploymentType, { namespace: 'default', name: 'vanished' });

    const error = await rejection(
      applier.ensure(deploymentType, deployment('vanished', owner, { minReadySeconds: 2 }), { fieldManager }),
    );

    expect(isConflict(error)).toBe(true);
    expect(isNotFound(await rejection(read('vanished')))).toBe(true);
  });

  it('does not write into a successor that the cache does not show yet', async () => {
    const { applier, observe } = bench();
    await applier.ensure(deploymentType, deployment('replaced', owner), { fieldManager });
    await observe(deploymentType, 'replaced');
    await applier.ensure(deploymentType, deployment('replaced', owner, { minReadySeconds: 1 }), { fieldManager });
    await client.delete(deploymentType, { namespace: 'default', name: 'replaced' });
    await controlPlane.kubectl(['create', 'deployment', 'replaced', '--image=example.test/theirs:1']);

    const error = await rejection(
      applier.ensure(deploymentType, deployment('replaced', owner, { minReadySeconds: 2 }), { fieldManager }),
    );

    expect(isConflict(error)).toBe(true);
    expect((await read('replaced')).spec.template.spec.containers).toMatchObject([{ image: 'example.test/theirs:1' }]);
  });

  it.each([
    { name: 'that the cache shows', observed: true },
    { name: 'that a label-selected cache leaves out', observed: false },
  ])('refuses to touch a Service of the same name $name', async ({ observed }) => {
    const { applier, observe, sent } = bench();
    const name = observed ? 'foreign-seen' : 'foreign-unseen';
    await controlPlane.kubectl(['create', 'service', 'clusterip', name, '--tcp=80']);
    const before = await client.get(serviceType, { namespace: 'default', name });
    if (observed) await observe(serviceType, name);
    const intent = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'default', name, ownerReferences: [owner] },
      spec: { ports: [{ port: 22 }] },
    };

    const error = await rejection(applier.ensure(serviceType, intent, { fieldManager }));

    expect(error).toBeInstanceOf(ForeignObjectError);
    expect(error).toMatchObject({ code: 'Unowned', kind: 'Service', key: `default/${name}` });
    expect(sent()).toEqual(observed ? [] : ['create', 'get']);
    expect((await client.get(serviceType, { namespace: 'default', name })).metadata.resourceVersion).toBe(
      before.metadata.resourceVersion,
    );
  });

  it('reports its writes and counts hits and misses', async () => {
    const written: string[] = [];
    const counts = { hit: 0, miss: 0 };
    const { applier, observe } = bench({
      onWrite: (type, object) => written.push(`${type.kind} ${object.metadata.resourceVersion}`),
      metrics: { hit: () => counts.hit++, miss: () => counts.miss++ },
    });

    await applier.ensure(deploymentType, deployment('counted', owner), { fieldManager });
    const live = await observe(deploymentType, 'counted');
    await applier.ensure(deploymentType, deployment('counted', owner), { fieldManager });

    expect(written).toEqual([`Deployment ${live?.metadata.resourceVersion}`]);
    expect(counts).toEqual({ hit: 1, miss: 1 });
  });
});
