import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseGatewayPool } from '../../../src/api/gatewaypool.ts';
import { gatewayPoolType } from '../../../src/api/identity.ts';
import { resolveSpec } from '../../../src/api/resolve.ts';
import { trusted } from '../../../src/kube/json.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { ApplyContext } from '../../../src/operator/apply/context.ts';
import type { SeatContext } from '../../../src/operator/apply/kube-seat-api.ts';
import { createSeatApi } from '../../../src/operator/apply/kube-seat-api.ts';
import { MovedOnError } from '../../../src/operator/apply/moved-on.ts';
import { NameTakenError } from '../../../src/operator/apply/name-taken.ts';
import { RefusedError } from '../../../src/operator/apply/refusal.ts';
import { repairSlot } from '../../../src/operator/apply/repair-slot.ts';
import { writeStatus } from '../../../src/operator/apply/write-status.ts';
import { Store } from '../../../src/kube/cache/store.ts';
import { closedGate } from '../../../src/operator/plan/gate.ts';
import type { RenderedPool } from '../../../src/operator/render/pool.ts';
import { poolIdentity } from '../../../src/operator/reconcile/pool-identity.ts';
import { configMapType, deploymentType } from '../../../src/operator/resources.ts';
import type { SeatApi } from '../../../src/operator/seat-protocol/seat-api.ts';
import { until } from '../../cluster/until.ts';
import type { Pool } from './cluster.ts';
import { createPool, find, kubectl, waitMilliseconds } from './cluster.ts';
import { workplace } from './workplace.ts';

const signal = new AbortController().signal;
const inputs = {
  configSecretName: 'prod-config-0123456789',
  balancerImage: 'registry.example/gatewaypool:1',
  revision: 'r1',
};

const place = workplace({ operator: false, config: false });
let stored: Pool;
let pool: RenderedPool;
let api: SeatApi;

beforeEach(async () => {
  stored = await createPool(place, { maxInstances: 2 });
  pool = rendered(stored);
  api = seatApi();
});

/** The protocol's requests for this pool, with an operator of these inputs. */
function seatApi(more: Partial<SeatContext> = {}): SeatApi {
  const nobody = async (): Promise<undefined> => undefined;
  return createSeatApi({
    client: place.cluster.client,
    pool,
    inputs,
    nodeOf: () => undefined,
    askSidecar: nobody,
    signal,
    ...more,
  });
}

function rendered(object: Pool): RenderedPool {
  const parsed = parseGatewayPool(object);
  if (!parsed.valid) throw new Error('The test made a pool that is not valid');
  return {
    name: 'prod',
    namespace: place.namespace,
    uid: object.metadata.uid ?? '',
    spec: resolveSpec(parsed.pool.spec),
  };
}

const deployment = (): Promise<(KubeObject & { spec: { replicas: number; template: unknown } }) | undefined> =>
  find(place, deploymentType, 'prod-0');

describe('the start gate', () => {
  it('is made once', async () => {
    expect(await api.createGate(closedGate(1))).toMatchObject({ uid: expect.any(String) });
    expect(await api.createGate(closedGate(1))).toBe('AlreadyExists');
  });

  it('is replaced only at the version that was seen', async () => {
    const made = await api.createGate(closedGate(1));
    const at = typeof made === 'string' ? '' : made.resourceVersion;

    const first = await api.replaceGate({ ...closedGate(1), generation: 1 }, at);
    const second = await api.replaceGate({ ...closedGate(1), generation: 2 }, at);

    expect(first).toMatchObject({ resourceVersion: expect.any(String) });
    expect(second).toBe('Conflict');
  });

  it('is not made anew by replacing one that is gone', async () => {
    const made = await api.createGate(closedGate(1));
    await place.cluster.client.delete(configMapType, { namespace: place.namespace, name: 'prod-seats' });

    expect(await api.replaceGate(closedGate(1), typeof made === 'string' ? '' : made.resourceVersion)).toBe('Conflict');
    expect(await find(place, configMapType, 'prod-seats')).toBeUndefined();
  });

  it('of somebody else is not taken', async () => {
    await kubectl(place, ['create', 'configmap', 'prod-seats']);

    await expect(api.createGate(closedGate(1))).rejects.toThrow(NameTakenError);
  });

  it('whose labels somebody took away gets them back, and keeps its content', async () => {
    await api.createGate(closedGate(7));
    const gone = { 'app.kubernetes.io/managed-by': null, 'pam.gatewaypool.io/pool': null };
    await place.cluster.client.mergePatch(
      configMapType,
      { namespace: place.namespace, name: 'prod-seats' },
      { metadata: { labels: gone } },
    );

    expect(await api.createGate(closedGate(1))).toBe('AlreadyExists');

    const gate = await find<KubeObject & { data: Record<string, string> }>(place, configMapType, 'prod-seats');
    expect(gate?.metadata.labels).toMatchObject({ 'pam.gatewaypool.io/pool': 'prod' });
    expect(gate?.data['seats.yaml']).toContain('poolGeneration: 7');
  });
});

describe('the Deployment of a slot', () => {
  it('is created once, and its pods are what was rendered', async () => {
    expect(await api.createDeployment('prod-0')).toBe('Created');
    expect(await api.createDeployment('prod-0')).toBe('AlreadyExists');
    expect(await api.listDeployments()).toEqual([
      { slot: 'prod-0', uid: expect.any(String), resourceVersion: expect.any(String) },
    ]);
  });

  it('of somebody else is neither taken nor listed', async () => {
    await kubectl(place, ['create', 'deployment', 'prod-0', '--image=other']);
    await kubectl(place, ['label', 'deployment', 'prod-0', 'pam.gatewaypool.io/pool=prod']);

    await expect(api.createDeployment('prod-0')).rejects.toThrow(NameTakenError);
    expect(await api.listDeployments()).toEqual([]);
  });

  it('that the API server refuses tells the field and no value', async () => {
    const template = { spec: { containers: [{ name: 'gateway', imagePullPolicy: 'c4n4ry', enviroment: [] }] } };
    const mistyped = rendered({ ...stored, spec: { ...stored.spec, template } });
    const refusing = seatApi({ pool: mistyped });

    const refused = refusing.createDeployment('prod-0').catch((error: unknown) => error);

    expect(await refused).toBeInstanceOf(RefusedError);
    expect(String(await refused)).toContain('spec.template.spec.containers[0].enviroment');
    expect(String(await refused)).not.toContain('c4n4ry');
  });

  it('gets another version by a touch, and no other pods', async () => {
    await api.createDeployment('prod-0');
    const before = await deployment();
    const [live] = await api.listDeployments();

    // Without a version: the Deployment controller may have written a status meanwhile.
    expect(await api.touchDeployment({ slot: 'prod-0', uid: live?.uid ?? '' }, '42')).toBe('Touched');

    const after = await deployment();
    expect(after?.metadata.resourceVersion).not.toBe(before?.metadata.resourceVersion);
    expect(after?.metadata.annotations?.['pam.gatewaypool.io/gate']).toBe('42');
    expect(after?.spec.template).toEqual(before?.spec.template);
  });

  it('is not touched at another version than that which was seen, where one is given', async () => {
    await api.createDeployment('prod-0');
    const [seen] = await api.listDeployments();
    const { slot, uid, resourceVersion } = seen ?? { slot: '', uid: '', resourceVersion: '' };

    expect(await api.touchDeployment({ slot, uid }, 'first')).toBe('Touched');
    expect(await api.touchDeployment({ slot, uid, resourceVersion }, 'second')).toBe('Gone');

    expect((await deployment())?.metadata.annotations?.['pam.gatewaypool.io/gate']).toBe('first');
  });

  it('is not touched when it is another one of the same name', async () => {
    await api.createDeployment('prod-0');

    const touched = await api.touchDeployment(
      { slot: 'prod-0', uid: '6f9c1c3e-6f1b-4a55-9d53-0c8f1d0a2b11', resourceVersion: '1' },
      '42',
    );

    expect(touched).toBe('Gone');
    expect((await deployment())?.metadata.annotations?.['pam.gatewaypool.io/gate']).toBeUndefined();
  });

  it('is deleted only at the version that was seen', async () => {
    await api.createDeployment('prod-0');
    const [seen] = await api.listDeployments();
    await place.cluster.client.mergePatch(
      deploymentType,
      { namespace: place.namespace, name: 'prod-0' },
      { metadata: { annotations: { changed: 'yes' } } },
    );

    expect(await api.deleteDeployment('prod-0', seen?.uid ?? '', seen?.resourceVersion ?? '')).toBe('Conflict');
    // Again when the Deployment controller wrote a status in between, as the operator does.
    const deleted = await until('a delete without a conflict', waitMilliseconds, async () => {
      const { uid = '', resourceVersion = '' } = (await deployment())?.metadata ?? {};
      const outcome = await api.deleteDeployment('prod-0', uid, resourceVersion);
      return outcome !== 'Conflict' && { outcome, uid, resourceVersion };
    });
    expect(deleted.outcome).toMatch('Deleted');
    expect(await api.deleteDeployment('prod-0', deleted.uid, deleted.resourceVersion)).toBe('Conflict');
  });
});

describe('a repair', () => {
  const context = (): ApplyContext =>
    trusted({ client: place.cluster.client, pool, signal, caches: { deployments: new Store<KubeObject>() } });
  const repair = (uid: string): Promise<void> =>
    repairSlot(context(), {
      action: 'RepairSlot',
      slot: 'prod-0',
      uid,
      what: ['replicas', 'strategy'],
      byHand: true,
      reason: '',
    });

  it('puts replicas and strategy back, and leaves the pod template as it is, whoever changed it', async () => {
    await api.createDeployment('prod-0');
    const patch = {
      spec: { replicas: 5, strategy: { type: 'RollingUpdate' }, template: { metadata: { labels: { by: 'hand' } } } },
    };
    const edited = await place.cluster.client.mergePatch<KubeObject & { spec: { template: unknown } }>(
      deploymentType,
      { namespace: place.namespace, name: 'prod-0' },
      patch,
    );

    await repair(edited.metadata.uid ?? '');

    const after = await deployment();
    expect(after?.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(after?.spec.template).toEqual(edited.spec.template);
  });

  it('does not bring a Deployment back that was deleted meanwhile, nor change the one that took its place', async () => {
    await api.createDeployment('prod-0');
    const uid = (await deployment())?.metadata.uid ?? '';
    await place.cluster.client.delete(deploymentType, { namespace: place.namespace, name: 'prod-0' });

    await expect(repair(uid)).rejects.toThrow(MovedOnError);
    expect(await deployment()).toBeUndefined();

    await api.createDeployment('prod-0');
    await place.cluster.client.mergePatch(
      deploymentType,
      { namespace: place.namespace, name: 'prod-0' },
      { spec: { replicas: 0 } },
    );
    await expect(repair(uid)).rejects.toThrow(MovedOnError);
    expect((await deployment())?.spec.replicas).toBe(0);
  });
});

describe('the pool', () => {
  it('is read as it stands', async () => {
    expect(await api.readPool()).toEqual({
      uid: pool.uid,
      generation: 1,
      deleting: false,
      paused: false,
      limits: { maxInstances: 2, externalInstances: 0 },
      published: undefined,
    });
  });

  it('is none when it is gone', async () => {
    await place.cluster.client.delete(gatewayPoolType, { namespace: place.namespace, name: 'prod' });

    expect(await api.readPool()).toBeUndefined();
  });

  it('gets a status at the version that was observed, and keeps the mark of a new one until then', async () => {
    const observed = poolIdentity(stored);

    expect(observed.status).toEqual({ observedGeneration: -1 });
    expect(await writeStatus(place.cluster.client, observed, { observedGeneration: 1, maxInstances: 2 }, signal)).toBe(
      true,
    );
    await expect(
      writeStatus(place.cluster.client, observed, { observedGeneration: 1, maxInstances: 3 }, signal),
    ).rejects.toMatchObject({ status: 409 });
    expect(await api.readPool()).toMatchObject({ published: { maxInstances: 2, externalInstances: 0 } });
  });

  it('loses what a later status does not say', async () => {
    await writeStatus(place.cluster.client, poolIdentity(stored), { observedGeneration: 1, summary: 'first' }, signal);
    const now = await place.cluster.client.get<Pool>(gatewayPoolType, { namespace: place.namespace, name: 'prod' });

    await writeStatus(place.cluster.client, poolIdentity(now), { observedGeneration: 1, maxInstances: 2 }, signal);

    const after = await place.cluster.client.get<Pool>(gatewayPoolType, { namespace: place.namespace, name: 'prod' });
    expect(after.status).toEqual({ observedGeneration: 1, maxInstances: 2 });
  });
});
